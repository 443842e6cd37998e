"""Forms that replace the library's.

Its forms of second factors refuse further attempts without a trace; ours record it.
Its passkey forms crash on a malformed credential; ours answer with a sentence, also for a key that cannot be enrolled.
Its form of a forgotten password sends the link to any address of the person, at once.
"""

from typing import Any, Final

from allauth.account.forms import ResetPasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.signin.events import address_of, sign_in_blocked
from accounts.signin.keys import UnusableKey, require_unclaimed
from accounts.tasks import send_reset_link
from common.errors import sentence
from common.text import LineField

LIMITS: Final = ("too_many_login_attempts", "rate_limited")  # the library's codes of errors


class _Limited:
    """A form of a second factor: that its limit of wrong answers is reached is an event."""

    user: Any

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)  # type: ignore[misc]
        if getattr(error, "code", None) in LIMITS:
            sign_in_blocked(self.user.email, address_of(context.request), "second factor blocked")


class ActivateCodesForm(_Limited, ActivateTOTPForm):
    pass


class AuthenticateCodeForm(_Limited, codes.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of your authenticator app, or a recovery code")


class ReauthenticateCodeForm(_Limited, codes.ReauthenticateForm):
    """Takes a code of the authenticator app alone, where the library takes a recovery code too and uses it up."""

    def clean_code(self) -> str:
        clear_limit = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]
        app = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).first()
        if app and app.wrap().validate_code(code):
            self.authenticator = app
            clear_limit()
            return code
        if app:
            self._emit_authentication_failed(app)
        raise ValidationError(
            _("This is not the current code of your authenticator app. A recovery code cannot be used here.")
        )


class AddPasskeyForm(forms.AddWebAuthnForm):
    """Every passkey can sign in, so the form does not ask."""

    passwordless = None
    name = LineField(label=_("Name of the passkey"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
            if credential := cleaned.get("credential"):
                require_unclaimed(credential, self.user)
        except ValidationError:
            raise ValidationError(_("The device’s answer is not valid or too old. Create the passkey again.")) from None
        except UnusableKey as error:
            raise ValidationError(sentence(error)) from error
        except Exception:  # noqa: BLE001  # the parsers below raise whatever the posted JSON provokes
            raise ValidationError(_("The device’s answer cannot be read. Create the passkey again.")) from None
        return cleaned


class RenamePasskeyForm(forms.EditWebAuthnForm):
    name = LineField(max_length=200)


class _Checked(_Limited, forms.AuthenticateWebAuthnForm):
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


class ForgottenPasswordForm(ResetPasswordForm):
    """Takes as long for a stranger's address as for an account's: a worker finds out which it is."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        send_reset_link.delay(email)
        return email
