from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from desk.page import page
from desk.signing_keys.selectors import signing_keys


@page
def signing_key_list(request: HttpRequest) -> HttpResponse:
    """Show the person's passkeys as signing keys, for the auditor of their side."""
    return render(request, "signing_keys/signing_keys.html", {"keys": signing_keys(_person(request))})


@page
def signing_key_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Return one public key as a PEM file."""
    for key in signing_keys(_person(request)):
        if key.passkey.pk == pk and key.pem:
            name = f"signing-key-{key.fingerprint.replace(' ', '')[:16]}.pem"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(key.pem, content_type="application/x-pem-file", headers=headers)
    raise Http404


def _person(request: HttpRequest) -> User:
    """Return the signed-in person, which `page` guarantees."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
