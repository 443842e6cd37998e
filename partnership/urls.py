"""Every address, by the floor that answers it."""

import sys

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.templatetags.static import static
from django.urls import include, path
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

from common.api import problems
from common.causes import is_too_slow
from common.disk import is_full
from common.request_id import current
from partnership import health


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it by name, whatever the pages say."""
    return redirect(static("icon.svg"))


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What cannot be read at all (a foreign host name, too many fields), in the form that the door speaks."""
    if request.path.startswith("/api/"):
        return problems.problem_response(400, _("Use the usual address of this site, and send a smaller request."))
    return bad_request(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """What went wrong on our side, in the form that the door speaks, and with the number by which the log has it."""
    error = sys.exc_info()[1]
    code = 507 if is_full(error) else 503 if is_too_slow(error) else 500
    if request.path.startswith("/api/"):
        return problems.problem_response(code)
    return HttpResponse(loader.get_template(f"{code}.html").render({"number": current.get()}), status=code)


urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("favicon.ico", favicon),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.signin.urls")),
    path("", include("partnership.api")),
    path("", include("desk.urls")),
]

handler400 = "partnership.urls.not_understood"
handler403 = "desk.refusal.refused"
handler500 = "partnership.urls.broken"
