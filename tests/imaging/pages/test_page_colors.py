"""The page is readable in light and in dark."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import in_a_browser
from tests.imaging.pages.conftest import LETTERS, contrast


@in_a_browser
def test_light_and_dark_are_both_readable_and_can_be_chosen(page: Page) -> None:
    """The system's choice counts until another is made; all words have a contrast of 4.5 to 1 in both (WCAG AA)."""
    body = page.locator("body")
    colors = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colors[scheme] = body.evaluate("one => getComputedStyle(one).backgroundColor")
        letters: list[Any] = page.evaluate(LETTERS)
        assert len(letters) > 100
        assert {what: contrast(ink, grounds) for what, ink, grounds in letters if contrast(ink, grounds) < 4.5} == {}
    assert colors["light"] != colors["dark"]
    page.emulate_media(color_scheme="dark")
    for label, scheme in (("Light", "light"), ("Dark", "dark"), ("System", "dark")):
        page.get_by_label(label).check()
        expect(body).to_have_css("background-color", colors[scheme])
