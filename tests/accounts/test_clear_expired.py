from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.tasks import clear_expired
from tests.scenarios.people import service_account


@pytest.mark.django_db
def test_what_has_run_out_goes_and_what_counts_stays(programme: None) -> None:
    account = service_account("koica", ["read"])
    now = timezone.now()
    for token, expires in (("old", now - timedelta(seconds=1)), ("live", now + timedelta(minutes=1))):
        AccessToken.objects.create(application=account, token=token, expires=expires, scope="read")
        session = SessionStore()
        session["of"] = token
        session.save()
        Session.objects.filter(session_key=session.session_key).update(expire_date=expires)
    clear_expired()
    assert [row.expires > now for row in AccessToken.objects.all()] == [True]
    assert [row.get_decoded()["of"] for row in Session.objects.all()] == ["live"]
