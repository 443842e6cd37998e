"""Passkey forms that answer a malformed credential with a sentence; the library's own crash on it."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError


class AddPasskeyForm(forms.AddWebAuthnForm):
    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            raise
        except Exception:  # noqa: BLE001  # the parsers below raise whatever the posted JSON provokes
            raise get_adapter().validation_error("incorrect_code") from None
        return cleaned


class _Checked(forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except ValidationError:
            raise
        except Exception:  # noqa: BLE001  # as above
            raise get_adapter().validation_error("incorrect_code") from None


class AuthenticatePasskeyForm(_Checked):
    pass


class LoginPasskeyForm(_Checked, forms.LoginWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(_Checked, forms.ReauthenticateWebAuthnForm):
    pass
