"""The addresses of signing in: those of the library's pages that people need, and no others.

A page that is not named here does not exist. People do not manage their addresses: an administrator changes them. What
shows or changes second factors asks for one of them first, where the person has any (`step_up`).
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.signin import views
from accounts.signin.step_up import guards_own_factors

# the names stay the library's: its pages link to them
urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # who has none yet sets it by the link in an email: a session alone does not prove who asks
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/", views.MySignInView.as_view(), name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "2fa/totp/activate/",
        guards_own_factors(views.AddAuthenticatorAppView.as_view()),
        name="mfa_activate_totp",
    ),
    path(
        "2fa/totp/deactivate/",
        guards_own_factors(views.RemoveAuthenticatorAppView.as_view()),
        name="mfa_deactivate_totp",
    ),
    path(
        "2fa/recovery-codes/",
        guards_own_factors(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        guards_own_factors(views.MakeRecoveryCodesView.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        guards_own_factors(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", guards_own_factors(views.AddPasskeyView.as_view()), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", views.VerifyWithPasskeyView.as_view(), name="mfa_reauthenticate_webauthn"),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        guards_own_factors(views.RemovePasskeyView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", guards_own_factors(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("sessions/", views.sessions, name="usersessions_list"),
]
