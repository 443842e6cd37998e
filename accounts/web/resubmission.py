"""Answer a form that is submitted twice (a double click, a reload, Back) as it was answered the first time."""

from collections.abc import Callable
from typing import Final

from django.contrib.messages import WARNING, get_messages
from django.contrib.messages.storage.base import Message
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import SubmittedForm
from common.canonical import sha256_hex

# masked anew for each page, so it names the form that was rendered; htmx sends the newest one in a header, and this
# one under the second name
TOKENS: Final = ("csrfmiddlewaretoken", "form_token")
# of an answer to htmx that is not a redirect, Content-Location is the page that shows the result
ADDRESSES: Final = ("Location", "HX-Redirect", "Content-Location")
# an attempt on a secret stays counted, also where the cache is in the database, whatever breaks after it
SIGN_IN: Final = "/accounts/"


class AnswerResubmission:
    """Run what a form does, and write that it was done, in one transaction.

    - Only a form that did something is remembered: one whose answer leads to a page, without a warning.
    - The same form with the same content waits for the first submission and is led to the same page.
    - The same form with other content, after Back, is a new submission; so is one with a file.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_form = request.method == "POST" and any(map(request.POST.get, TOKENS)) and not request.FILES
        if not is_form or not request.user.is_authenticated:
            return self.get_response(request)
        with transaction.atomic():
            form, is_first = SubmittedForm.objects.get_or_create(
                fingerprint=_fingerprint(request), defaults={"at": timezone.now()}
            )
            if not is_first:
                return _lead_again(request, form.led_to)
            earlier = len(_said(request))
            response = self.get_response(request)
            form.led_to = next((response[name] for name in ADDRESSES if name in response), "")
            if response.status_code >= 500 and not request.path.startswith(SIGN_IN):
                transaction.set_rollback(True)
            elif form.led_to and not any(message.level >= WARNING for message in _said(request)[earlier:]):
                form.save(update_fields=["led_to"])
            else:
                form.delete()
        return response


def _fingerprint(request: HttpRequest) -> str:
    return sha256_hex([request.user.pk, request.get_full_path(), sorted(map(list, request.POST.lists()))])


def _said(request: HttpRequest) -> list[Message]:
    """Return the messages that the person has not seen yet, as they are: they are still to be shown."""
    messages = get_messages(request)
    used = messages.used  # type: ignore[union-attr]
    said = list(messages)
    messages.used = used  # type: ignore[union-attr]
    return said


def _lead_again(request: HttpRequest, address: str) -> HttpResponseBase:
    is_htmx = "HX-Request" in request.headers
    return HttpResponseClientRedirect(address) if is_htmx else HttpResponseRedirect(address)
