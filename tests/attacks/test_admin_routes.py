"""The admin answers at the addresses of this list, and each of them asks the policy."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.policy.access import access_of
from accounts.policy.questions import can_on
from accounts.web.admin_site import StaffSite
from tests.scenarios.people import actor_for, draft_of, former_member, loner, person, seat
from tests.scenarios.reminders import also_member

pytestmark = pytest.mark.django_db

SITE = {"": "index", "login/": "login", "logout/": "logout", "jsi18n/": "jsi18n"}
RECORD = "^(?P<object_id>[0-9]{1,19})"
CLOSED = (
    "r/{type}/{pk}/",
    "autocomplete/?app_label=accounts&model_name=membership&field_name=user&term=",
    "password_change/",
    "password_change/done/",
    "accounts/",
    "roadmaps/",
    "accounts/user/{pk}/",
    "accounts/user/{pk}/delete/",
    "accounts/user/{pk}/password/",
    "accounts/user/%00/change/",
    "auth/group/",
    "account/emailaddress/",
    "mfa/authenticator/",
    "oauth2_provider/accesstoken/",
)


def screens() -> list[Any]:
    return list(cast(StaffSite, admin.site).screens())


def routes() -> Iterator[tuple[str, str]]:
    """Every address below /admin/, with its name."""
    below = next(found for found in get_resolver().url_patterns if str(found.pattern) == "admin/")
    waiting: list[tuple[str, Any]] = [("", row) for row in cast(Any, below).url_patterns]
    while waiting:
        before, row = waiting.pop()
        at = before + str(row.pattern)
        if isinstance(row, URLPattern):
            yield at, str(row.name)
        else:
            waiting += [(at, further) for further in row.url_patterns]


def test_no_address_is_there_that_this_list_does_not_name() -> None:
    wanted = dict(SITE)
    for screen in screens():
        app, model = screen.opts.app_label, screen.opts.model_name
        wanted |= {
            f"{app}/{model}/^$": f"{app}_{model}_changelist",
            f"{app}/{model}/{RECORD}/change/$": f"{app}_{model}_change",
            f"{app}/{model}/{RECORD}/history/$": f"{app}_{model}_history",
        }
        if screen.addable:
            wanted[f"{app}/{model}/^add/$"] = f"{app}_{model}_add"
    assert dict(routes()) == wanted


@pytest.fixture
def people(programme: None) -> dict[str, User]:
    coordinating = person("administrator", "miit")
    also_member(coordinating, "auditor", "miit")  # opens every screen
    return {
        "administrator of a coordinator": coordinating,
        "administrator": person("administrator", "minenergy"),
        "officer of the other side": person("officer", "motie"),
        "reader of the other side": person("reader", "kia"),
        "secretary": seat("secretary", "KR", "energy"),
        "auditor": person("auditor", "motie"),
        "ended member": former_member("administrator", "miit", ended=timezone.localdate() - timedelta(days=1)),
        "nobody": loner(is_superuser=True),
    }


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_librarys_other_doors_are_closed_to_everybody(people: dict[str, User]) -> None:
    draft = draft_of("minenergy", "energy")
    kind = ContentType.objects.get_for_model(draft).pk
    for who, user in people.items():
        client = client_of(user)
        for address in CLOSED:
            at = "/admin/" + address.format(type=kind, pk=draft.pk)
            assert client.get(at).status_code == client.post(at).status_code == 404, (who, at)
    for name in ("view_on_site", "autocomplete", "app_list", "accounts_user_delete"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}")


def test_every_address_asks_the_policy(people: dict[str, User]) -> None:
    """A record's form and history open for whoever may see it; the lists for whoever could see a record of theirs."""
    Membership.objects.get(user=people["administrator"])  # a record of every screen's kind is in the programme or here
    for who, user in people.items():
        actor, client = actor_for(user), client_of(user)
        for screen in screens():
            listed = client.get(reverse(screen.list_url_name))
            assert listed.status_code in ((200, 404) if actor.has_standing else (404,)), (who, screen)
            if screen.addable:
                status = client.get(reverse(screen.list_url_name.replace("_changelist", "_add"))).status_code
                assert status in ((200, 403, 404) if actor.has_standing else (404,)), (who, screen)
            for record in screen.model._default_manager.order_by("pk")[:3]:
                seen = can_on(actor, access_of(record).view, record)
                for view in ("change", "history"):
                    at = reverse(screen.list_url_name.replace("changelist", view), args=[record.pk])
                    assert client.get(at).status_code == (200 if seen else 404), (who, at)


def test_no_page_is_a_popup_or_follows_another_column(people: dict[str, User]) -> None:
    client = client_of(people["administrator of a coordinator"])
    officer = person("officer", "minenergy")
    for screen in screens():
        for query in ("_popup=1", "_to_field=id", "_to_field=password"):
            assert client.get(f"{reverse(screen.list_url_name)}?{query}").status_code == 400, (screen, query)
    form = reverse("admin:accounts_user_change", args=[officer.pk])
    for name in ("_popup", "_to_field"):
        sent = {"name": "Renamed", "is_active": "on", "based_on": "1", "reason": "No.", name: "1"}
        assert client.get(f"{form}?{name}=1").status_code == client.post(form, sent).status_code == 400
    assert User.objects.get(pk=officer.pk).name == officer.name


def test_a_list_takes_no_act(people: dict[str, User]) -> None:
    client = client_of(people["administrator of a coordinator"])
    for screen in screens():
        address = reverse(screen.list_url_name)
        sent = {"action": "delete_selected", "_selected_action": "1", "index": "0", "post": "yes"}
        assert client.post(address, sent).status_code == 405, address
        assert not screen.get_actions(client.get(address).wsgi_request)


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(programme: None) -> None:
    for screen in screens():
        address = reverse(screen.list_url_name)
        assert Client().get(address)["Location"].startswith("/admin/login/"), address
