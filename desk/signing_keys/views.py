from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from desk.page import page
from desk.signing_keys.selectors import signing_keys


@page
def signing_key_list(request: HttpRequest) -> HttpResponse:
    """The person's passkeys as keys that sign, for their side's auditor."""
    return render(request, "signing_keys/signing_keys.html", {"keys": signing_keys(_person(request))})


@page
def signing_key_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One public key as a PEM file."""
    for key in signing_keys(_person(request)):
        if key.passkey.pk == pk and key.pem:
            name = f"signing-key-{key.fingerprint.replace(' ', '')[:16]}.pem"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(key.pem, content_type="application/x-pem-file", headers=headers)
    raise Http404


def _person(request: HttpRequest) -> User:
    """`page` has asked somebody who is not signed in to be."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
