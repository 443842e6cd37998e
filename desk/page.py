"""What every page has in common: signed in, read only, never kept by a browser after sign-out."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.policy.actors import Actor
from accounts.policy.questions import can

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(view: View[P]) -> View[P]:
    """Make a view a page: read only, for signed-in people, never cached."""
    return never_cache(require_safe(login_required(view)))


def form_page(view: View[P]) -> View[P]:
    """Make a view a page with a form to post."""
    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(login_required(view)))


def form_action(page: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a view that a form posts to. Opening its address, such as after signing in again, shows ``page`` instead.

    The page has the same ``reference`` in its address.
    """

    def decorated(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def posted(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, reference, *args, **kwargs) if request.method == "POST" else redirect(page, reference)

        return never_cache(require_http_methods(["GET", "HEAD", "POST"])(login_required(posted)))

    return decorated


def require_ever(actor: Actor, permission: str) -> None:
    """Refuse a list of which the actor could never see a record.

    Raises: Http404.
    """
    if not can(actor, permission):
        raise Http404


def posted_version(request: HttpRequest, name: str = "version") -> int:
    """Return the ``row_version`` on which the page was opened; 0, which is none, for anything else."""
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
