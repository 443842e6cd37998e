"""Settings, read from the environment; `.env.example` lists every variable.

With nothing set this is the embedded default: SQLite, Celery over its filesystem transport, mail to files.
With ``DATABASE_URL`` and ``REDIS_URL`` it is production: many web and worker processes.
``DEMO`` alone decides on sample accounts and a generated secret; its mail goes to files unless a server is named.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partnership import environment

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
environment.read_file(BASE_DIR / ".env")

# What this is, and where
DEMO = environment.switch("DEMO", default=not environment.text("DATABASE_URL"))
DEBUG = environment.switch("DEBUG", default=False)
DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / "data")
PORT = environment.number("PORT", default=8000, most=65535)
REDIS_URL = environment.redis("REDIS_URL")
if DEMO:
    SECRET_KEY = environment.text("SECRET_KEY") or environment.kept_secret(DATA_DIR / "secret-key")
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *environment.words("ALLOWED_HOSTS")]
else:
    if DEBUG:
        raise environment.ConfigurationError("DEBUG shows secrets to visitors: leave it out, or set DEMO=true.")
    SECRET_KEY = environment.secret("SECRET_KEY")
    ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS")
# earlier keys: what they signed and encrypted stays readable until it is written anew
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")
# passkeys belong to this name: a change of it loses them all (an IP address cannot have any)
ORIGIN = environment.origin("ORIGIN", f"http://localhost:{PORT}" if DEMO else "")
RP_ID = urlsplit(ORIGIN).hostname or ""

INSTALLED_APPS = [
    "partnership",
    "desk",
    "reminders",
    "roadmaps",
    "programme",
    "accounts",
    "audit",
    "common",
    "partnership.site.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "rest_framework",
    "simple_history",
]

MIDDLEWARE = [
    "partnership.request_log.RequestLog",
    "partnership.utf8.OnlyUtf8",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.web.middleware.KeepSession",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.web.middleware.PersonLanguage",
    "accounts.web.resubmission.AnswerResubmission",
    "accounts.web.middleware.SecondFactor",
]

ROOT_URLCONF = "partnership.urls"
WSGI_APPLICATION = "partnership.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # a feature of the desk keeps its templates beside its views
        "DIRS": [BASE_DIR / "templates", *sorted((BASE_DIR / "desk").glob("*/templates"))],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["partnership.templates.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.context.shell",
            ],
            "libraries": {
                "records": "desk.formatting",
                "milestones": "desk.milestones.formatting",
                "proposals": "desk.proposals.formatting",
            },
        },
    }
]
# so that an input may have a template of the product's own
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
# Pages of records that stand on a floor above their table belong here, one line a model
ABSOLUTE_URL_OVERRIDES: dict[str, Any] = {
    "accounts.organisation": lambda record: reverse("desk:organisation", args=[record.code]),
    # its library would have a page of its own
    "accounts.serviceaccount": lambda record: reverse("admin:accounts_serviceaccount_change", args=[record.pk]),
    "programme.priorityarea": lambda record: reverse("desk:area", args=[record.code]),
    "programme.meeting": lambda record: reverse("desk:meeting", args=[record.code]),
    "programme.decision": lambda record: reverse("desk:decision", args=[record.code]),
    "programme.project": lambda record: reverse("desk:project", args=[record.code]),
    "roadmaps.roadmap": lambda record: reverse("desk:roadmap", args=[record.reference]),
    "roadmaps.proposal": lambda record: reverse("desk:proposal", args=[record.reference]),
    "roadmaps.milestone": lambda record: reverse("desk:milestone", args=[record.uid]),
}

# Data. Services are atomic, requests are not: a refusal is recorded after the rollback
DATABASES = {"default": environment.database("DATABASE_URL", DATA_DIR / "roadmaps.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_options = DATABASES["default"].setdefault("OPTIONS", {})
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    _options |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # recursive_triggers: INSERT OR REPLACE meets the guards of the history tables too
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
    # a file: threads of a live server share it, and WAL needs one
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    _options.setdefault("connect_timeout", 5)
    # a connection made anew for each page would cost more than the page; one that has died is noticed first
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

# Seconds that one statement of a web request may take on PostgreSQL; commands and workers take their time
STATEMENT_TIMEOUT = environment.number("STATEMENT_TIMEOUT", default=10, most=3600)

# One-time codes used, throttles and lockouts are kept here: shared by all processes, never in one's memory
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": environment.next_redis_database(REDIS_URL),
    }
    if REDIS_URL
    else {"BACKEND": "partnership.cache.Cache", "LOCATION": "cache"}
}
# how often the API is asked: without Redis there is one web process, whose memory will do
CACHES["rates"] = CACHES["default"] if REDIS_URL else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}

# Sign-in: allauth is the only one; who signs up is nobody
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SESSION_COOKIE_AGE = 12 * 3600  # without a request; accounts.web.middleware.KeepSession prolongs it
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.api.secrets.RandomSecretHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "accounts.signin.adapters.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "accounts.signin.forms.ForgottenPasswordForm"}
# the library's own generator writes a row for each address
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses are the administrators' to set
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(ORIGIN).scheme
# a ministry is often one address: its people together get thirty wrong passwords a minute, each account five
# a partner system's secret is never mistyped: ten wrong ones from one address are an attempt
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
    "token_failed": "100/5m/ip,10/5m/key",
}
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser
MFA_ADAPTER = "accounts.signin.adapters.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.signin.forms.ActivateCodesForm",
    "add_webauthn": "accounts.signin.forms.AddPasskeyForm",
    "authenticate": "accounts.signin.forms.AuthenticateCodeForm",
    "authenticate_webauthn": "accounts.signin.forms.AuthenticatePasskeyForm",
    "edit_webauthn": "accounts.signin.forms.RenamePasskeyForm",
    "login_webauthn": "accounts.signin.forms.LoginPasskeyForm",
    "reauthenticate": "accounts.signin.forms.ReauthenticateCodeForm",
    "reauthenticate_webauthn": "accounts.signin.forms.ReauthenticatePasskeyForm",
}
# of co-chairs, administrators, controllers and auditors; `check --deploy` refuses false
REQUIRE_SECOND_FACTOR = environment.switch("REQUIRE_SECOND_FACTOR", default=not DEMO)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "Road maps"
USERSESSIONS_TRACK_ACTIVITY = False  # reading a page writes nothing

# Partner systems sign in with client credentials; a service account is its OAuth client
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.ServiceAccount"
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES_BACKEND_CLASS": "accounts.api.oauth.AccountScopes",
    "OAUTH2_VALIDATOR_CLASS": "accounts.api.oauth.Validator",
    "CLIENT_SECRET_HASHER": "random_secret",
    "SCOPES": {
        "read": _("Read what the organisation may see"),
        "report": _("Draft progress reports"),
        "report.submit": _("Submit progress reports"),
        "finance": _("Record disbursements"),
        "webhooks": _("Manage webhooks"),
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # RFC 9700, whole
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
}

# requests a minute; of an address all accounts together
API_RATES = {"account": 600, "address": 1800}
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["common.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.auth.ServiceAccountAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.auth.MayRead"],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.Schema",
    "EXCEPTION_HANDLER": "common.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Road maps of Uzbekistan and Korea",
    "DESCRIPTION": "What partner systems may read. Errors are RFC 9457 problems; texts come in all their languages.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Work in the background. The truth is in the database: a message lost is found again by the next sweep
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 540  # seconds, as are all below; a pool of threads has no limits, processes have
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# a worker takes both queues unless told otherwise; one of its own for mail keeps a slow mail server from the rest
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES: dict[str, Any] = {"mail": {}, "default": {}}
CELERY_TASK_ROUTES = {
    name: {"queue": "mail"}
    for name in ("reminders.tasks.deliver", "reminders.tasks.tell_of_credentials", "accounts.tasks.send_reset_link")
}
CELERY_BEAT_SCHEDULER = "reminders.scheduler:StatelessScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 30
CELERY_BEAT_SCHEDULE = {
    # expires: after a long stop the queue holds no pile of what is long past
    "heartbeat": {"task": "reminders.tasks.heartbeat", "schedule": 30, "options": {"expires": 60}},
    "clear_expired": {"task": "accounts.tasks.clear_expired", "schedule": crontab(hour="22", minute="0")},  # UTC
    "check_agreements": {"task": "roadmaps.tasks.check_agreements", "schedule": crontab(hour="21", minute="0")},
    "sweep": {"task": "reminders.tasks.sweep", "schedule": 60, "options": {"expires": 60}},
}
if REDIS_URL:
    # an unacknowledged task is given to another worker after this: above the longest task
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 900, "socket_connect_timeout": 5}
else:
    _queue, _control = DATA_DIR / "broker" / "queue", DATA_DIR / "broker" / "control"
    for _folder in (_queue, _control):
        _folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_control),
    }

# Mail
if DEMO and not environment.text("EMAIL_URL"):
    EMAIL_BACKEND = "reminders.backends.FileBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
else:
    vars().update(environment.mail("EMAIL_URL", "smtp://localhost:25"))
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = environment.sender("MAIL_FROM", f"roadmaps@{RP_ID}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("uz", "Oʻzbekcha"), ("ru", "Русский"), ("ko", "한국어")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# source maps are read by developers only: packing them took most of the time
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "png", "webp", "zip", "gz", "woff", "woff2", "map"]

# What browsers may do
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [ORIGIN]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 0 if DEMO else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
# How many proxies of ours stand in front; without any, what a visitor claims to have come through counts for nothing
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXIES", default=0, most=9)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Every process writes to stderr; a page that is not there is no news
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "common.request_id.WithRequest"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {request_id} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # waitress.queue: a line for each request that waits for a thread
    "loggers": {"django.request": {"level": "ERROR"}, "waitress.queue": {"level": "ERROR"}},
}
