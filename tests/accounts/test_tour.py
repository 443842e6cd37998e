"""The sample accounts on the sign-in page: in a demonstration, on this machine, and nowhere else."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.demo.tour import TOUR, tour

pytestmark = pytest.mark.django_db

ADDRESS = "secretary.uz.energy@demo.invalid"
SECRET = "for-the-sample-alone"
PAGE = "/accounts/login/"


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> Path:
    """A demonstration whose list holds every account of the tour."""
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    rows = [{"address": f"{name}@demo.invalid", "password": SECRET, "name": name} for name, _purpose in TOUR]
    (tmp_path / "demo-accounts.json").write_text(json.dumps(rows), encoding="utf-8")
    return tmp_path


def test_the_page_lists_the_accounts_and_no_password(client: Client) -> None:
    page = client.get(PAGE, {"next": "/road-maps/"}).content.decode()
    assert all(f"{name}@demo.invalid" in page for name, _purpose in TOUR)
    assert SECRET not in page
    assert "next=%2Froad-maps%2F&amp;sample=secretary.uz.energy%40demo.invalid" in page


def test_one_click_fills_both_fields_and_signs_nobody_in(client: Client) -> None:
    page = client.get(PAGE, {"sample": ADDRESS})
    assert f'value="{ADDRESS}"' in page.content.decode()
    assert f'value="{SECRET}"' in page.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("sample", ["", "nobody@demo.invalid", "head.koica@demo.invalid"])
def test_any_other_address_fills_in_nothing(client: Client, sample: str) -> None:
    assert SECRET not in client.get(PAGE, {"sample": sample}).content.decode()


@pytest.mark.parametrize(
    "extra", [{"REMOTE_ADDR": "192.0.2.7"}, {"REMOTE_ADDR": ""}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}]
)
def test_another_machine_is_shown_none(client: Client, extra: dict[str, str]) -> None:
    page = client.get(PAGE, {"sample": ADDRESS}, **extra).content.decode()  # type: ignore[arg-type]  # of the request
    assert "reader.kia@" not in page and SECRET not in page


def test_outside_a_demonstration_there_are_none(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    page = client.get(PAGE, {"sample": ADDRESS}).content.decode()
    assert "reader.kia@" not in page and SECRET not in page


def test_an_account_with_a_password_of_its_own_is_left_out(directory: Path) -> None:
    rows = [{"address": ADDRESS, "password": ""}, {"address": "reader.kia@demo.invalid", "password": SECRET}]
    (directory / "demo-accounts.json").write_text(json.dumps(rows), encoding="utf-8")
    assert [account.address for account in tour(directory)] == ["reader.kia@demo.invalid"]


@pytest.mark.parametrize("content", [None, "[", "{}"])
def test_a_list_that_is_missing_or_spoilt_offers_nothing(client: Client, directory: Path, content: str | None) -> None:
    (directory / "demo-accounts.json").unlink()
    if content is not None:
        (directory / "demo-accounts.json").write_text(content, encoding="utf-8")
    assert client.get(PAGE).status_code == 200
