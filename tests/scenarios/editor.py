"""A person at the editor of a draft, as a browser is."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict
from django.test import Client

from accounts.models import User
from roadmaps.models import Proposal
from tests.scenarios.pages import html_of

ENERGY = "/proposals/RM-07.P1/edit/"
VOID = {"input", "br", "img", "meta", "link", "hr"}  # elements that have no end
HTMX = {"HX-Request": "true"}


def stored() -> Proposal:
    return Proposal.objects.filter(road_map__reference="RM-07").order_by("-pk")[0]


class FormReader(HTMLParser):
    """The form of the row that is open, as a browser would send it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._inside = False
        self._select = self._textarea = ""
        self._typed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("class") == "row-form"
        if not self._inside:
            return
        kind, name = given.get("type", ""), given.get("name", "")
        if tag == "input" and (kind != "radio" or "checked" in given):
            self.fields.append((name, given.get("value", "")))
        elif tag == "select":
            self._select = name
            self.fields.append((name, ""))
        elif tag == "option" and self._select and "selected" in given:
            self.fields[-1] = (self._select, given.get("value", ""))
        elif tag == "textarea":
            self._textarea, self._typed = name, []

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._typed.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._textarea:
            # a browser leaves out the line feed that opens a textarea
            typed = "".join(self._typed).removeprefix("\n").replace("\n", "\r\n")
            self.fields.append((self._textarea, typed))
            self._textarea = ""


class LinkReader(HTMLParser):
    """Where the links of a page lead: those that htmx follows, and those that the browser does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.boosted: set[str] = set()
        self.plain: set[str] = set()
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, inherited = dict(attrs), bool(self._open) and self._open[-1][1]
        is_boosted = given["hx-boost"] == "true" if "hx-boost" in given else inherited
        if tag == "a":
            (self.boosted if is_boosted else self.plain).add(given.get("href") or "")
        if tag not in VOID:
            self._open.append((tag, is_boosted))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass


class Editor:
    """A person at the editor: what they see is what they send, but for what they type and press."""

    def __init__(self, user: User, address: str = ENERGY, *, htmx: bool = False) -> None:
        self.client, self.address, self.headers = Client(), address, HTMX if htmx else {}
        self.client.force_login(user)

    def open(self, key: object = "", **query: str) -> Any:
        asked = {"row": str(key), **query} if key else query
        self.response: Any = self.client.get(self.address, asked, headers=self.headers)
        return self.response

    @property
    def html(self) -> str:
        return html_of(self.response)

    @property
    def text(self) -> str:
        """What is read: without tags, in one line."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.html)).split())

    @property
    def fields(self) -> list[tuple[str, str]]:
        return FormReader(self.html).fields

    def value(self, name: str) -> str:
        return next(value for key, value in self.fields if key == name)

    def save(self, typed: dict[str, str] | None = None, **pressed: str) -> Any:
        """Type into the row that is open, and save it; ``pressed`` is another of its buttons."""
        typed = typed or {}
        return self.send([*((key, typed.get(key, value)) for key, value in self.fields), *pressed.items()])

    def send(self, fields: list[tuple[str, str]], to: str = "save/") -> Any:
        data = QueryDict(mutable=True)
        for key, value in fields:
            data.appendlist(key, value)
        self.response = self.client.post(
            f"{self.address}{to}",
            data.urlencode(),
            content_type="application/x-www-form-urlencoded",
            headers=self.headers,
        )
        return self.response

    def act(self, act: str, version: int | None = None) -> Any:
        newest = str(stored().row_version if version is None else version)
        return self.send([("version", newest), ("act", act)], to="act/")

    def follow(self) -> None:
        self.response = self.client.get(self.response["Location"])
