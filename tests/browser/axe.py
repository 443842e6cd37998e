"""What axe finds on a page."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# all that another set of colours can change
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def faults(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe finds on the page as it stands, and how far it scrolls sideways."""
    if not page.evaluate("'axe' in window"):  # half a megabyte to parse, once a page
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found: list[Any] = page.evaluate("async options => (await axe.run(document, options)).violations", options)
    said = [f"{rule['id']}: {rule['help']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
    root = "document.documentElement"
    beyond = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return [*said, f"{beyond} px too wide"] if beyond > 0 else said
