from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.policy.actors import actor_of
from accounts.services import choose_language


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language: in this browser, and for a signed-in person wherever they sign in next."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    if isinstance(request.user, User):
        choose_language(user=request.user, language=chosen, by=actor_of(request))
    response = HttpResponseRedirect(_next(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        secure=request.is_secure(),
        samesite="Lax",
    )
    return response


def _next(request: HttpRequest) -> str:
    """Return the page that the person was on; the desk where the form names another site."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return page if ours else "/"
