"""A request that cannot be read is refused with 400: it breaks no page, and no limit of attempts."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from audit.models import Event
from partnership.utf8 import Application
from tests.scenarios.people import person
from tests.scenarios.second_factor import PASSWORD, code_now, later, signed_in, stop_the_half_minute, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

PAGES = (
    "/", "/healthz", "/accounts/login/", "/accounts/logout/", "/accounts/password/reset/", "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/login/", "/admin/login/", "/admin/accounts/user/", "/language/", "/oauth/token/",
    "/api/v1/areas/", "/road-maps/RM-07/", "/nothing/",
)  # fmt: skip
NO_TEXT = ("base64", "rot13", "idna", "undefined")  # codecs of Python that cannot read a form
OTHERS = ("utf-7", "utf-16", "latin-1", "cp949")
SURROGATE = "%2B%32%41%41%2D"  # +2AA- is half a character in UTF-7, which no answer can hold


Server = Callable[..., int]


def form(**fields: str) -> bytes:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields]
    return "".join([*parts, "--x--\r\n"]).encode()


def broken(client: Client) -> Client:
    """Answers with a page of an error, as the server does."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A session that was stolen: its second factor was used too long ago."""
    stop_the_half_minute(monkeypatch)
    return broken(later(signed_in(with_app(person("administrator", "miit")), code_now()), 300))


@pytest.fixture
def server() -> Server:
    """Answers with a status, as a web server asks for it: the test client makes requests in its own way."""
    application = Application()

    def asked(method: str, page: str, query: str = "", **headers: str) -> int:
        body = form(login="%41")
        environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": page, "QUERY_STRING": query, **headers}
        environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        setup_testing_defaults(environ)
        said: list[str] = []

        def start(status: str, *_rest: object) -> Callable[[bytes], object]:
            said.append(status)
            return said.append  # type: ignore[return-value]

        application(environ, start).close()
        return int(said[0][:3])

    return asked


@pytest.mark.parametrize("charset", [*NO_TEXT, *OTHERS])
def test_no_page_reads_another_encoding(charset: str, server: Server) -> None:
    for page in PAGES:
        for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x"):
            for method in ("GET", "POST"):
                sent = f"{kind}; charset={charset}"
                assert server(method, page, f"next={SURROGATE}", CONTENT_TYPE=sent) == 400, (method, page, kind)


@pytest.mark.parametrize("words", ["x*=base64''%41", "x*=idna''%ff", "x*=undefined''%41", "=;=", f"x={'a' * 20_000}"])
def test_a_kind_of_content_that_cannot_be_read_breaks_no_page(words: str, server: Server) -> None:
    for page in (*PAGES, "/proposals/RM-07.P1/revisions/1/sign/"):
        assert server("GET", page, CONTENT_TYPE=f"text/plain; {words}") < 500, page
        assert server("GET", page, HTTP_ACCEPT=f"text/html; {words}") < 500, page


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8"])
def test_utf_8_is_read(charset: str, server: Server) -> None:
    for kind in ("text/plain", "multipart/form-data; boundary=x"):
        sent = f"{kind}; charset={charset}"
        assert server("GET", "/accounts/login/", "next=/%EC%98%88/", CONTENT_TYPE=sent) == 200
        assert server("GET", "/accounts/login/", "&".join(["a=1"] * 2000), CONTENT_TYPE=sent) == 400


@pytest.mark.parametrize("address", ["http://[", "//[::1", "https://[x]y/", "http://\x00[", "//]"])
def test_an_address_to_return_to_that_cannot_be_read_is_none_of_ours(address: str, late: Client) -> None:
    without_factor = broken(signed_in(_with_password()))
    for page in PAGES:
        for client in (broken(Client()), late, without_factor):
            sent = {"next": address, "language": "en", "password": PASSWORD, "code": "000000"}
            for answer in (client.get(page, {"next": address}), client.post(page, sent)):
                assert answer.status_code < 500, page
                assert "[" not in answer.get("Location", "").replace("%5B", "["), page


def _with_password() -> Any:
    user = person("officer", "motie")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def test_what_breaks_after_an_attempt_does_not_uncount_it(late: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reason: the page of the check itself is made to break."""
    monkeypatch.setattr("allauth.mfa.base.views.ReauthenticateView.form_invalid", lambda *_args: 1 / 0)
    for number in range(5):
        sent = {"code": f"{number:06}", "csrfmiddlewaretoken": "x"}
        assert late.post("/accounts/2fa/reauthenticate/", sent).status_code == 500
    assert not Event.objects.filter(kind="second factor blocked").exists()
    late.post("/accounts/2fa/reauthenticate/", {"code": code_now(), "csrfmiddlewaretoken": "x"})
    assert Event.objects.filter(kind="second factor blocked").exists()
