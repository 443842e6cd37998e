"""Send the link by which a person sets a new password."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36
from django.utils.translation import gettext as _

from accounts.models import User


def send_reset_link(email: str) -> None:
    """Send the link to the address of the account, or nothing where no active person has it.

    The link begins with ORIGIN and never with the host that a request names.
    """
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        return
    key = {"uidb36": int_to_base36(user.pk), "key": default_token_generator.make_token(user)}
    link = settings.ORIGIN + reverse("account_reset_password_from_key", kwargs=key)
    with translation.override(user.language):
        body = render_to_string("account/reset_link.txt", {"person": user, "link": link})
        send_mail(_("Set a new password"), body, None, [user.email])
