"""The description of the API opens under the policy of every page, asks nobody else, and answers whoever tries it."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.axe import RULES
from tests.browser.conftest import Open, SignIn
from tests.contracts.schema import published

DOCS: Final = "/api/docs/"
# Swagger's own markup, not ours to mend; what else axe finds fails the test
OF_SWAGGER: Final = {
    *("color-contrast", "heading-order", "nested-interactive", "region", "scrollable-region-focusable"),
    *("select-name", "target-size"),
}


def test_every_operation_is_listed_and_nobody_else_is_asked(open_page: Open, programme: None) -> None:
    page = open_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(DOCS)
    addresses = sorted(published()["paths"])
    expect(page.locator(".opblock-summary-path")).to_have_count(len(addresses))
    shown = page.locator(".opblock-summary-path").evaluate_all("all => all.map(one => one.dataset.path)")
    assert sorted(shown) == addresses
    page.locator(".opblock-summary-control").first.click()
    expect(page.get_by_role("button", name="Try it out")).to_be_visible()
    assert hosts == {urlsplit(page.url).netloc}
    found: list[Any] = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    assert {rule["id"] for rule in found} <= OF_SWAGGER, [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


def test_whoever_is_signed_in_can_try_it_out(
    open_page: Open, person: Callable[[str, str], User], sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, person("reader", "kia"))
    page.goto(DOCS)
    page.locator("#operations-areas-areas_list .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/api/v1/areas/**") as answered:
        page.get_by_role("button", name="Execute").click()
    assert answered.value.status == 200
    expect(page.locator(".live-responses-table .response .response-col_status").first).to_have_text("200")
