"""The gallery page in a real browser: what an editor sees, copies and reads, and that nothing from outside can act."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from imaging.pages.page import html_page
from tests.browser import in_a_browser
from tests.imaging.pages.conftest import DOT, LETTERS, a_set, contrast, show
from tests.imaging.pages.test_gallery import HOSTILE

FRAMES = ["article", "column", "column", "comparison", "comparison", "linkedin", "facebook", "x", "instagram", "tiktok"]


@in_a_browser
def test_every_picture_stands_in_the_frame_of_its_place(page: Page) -> None:
    """Each has its frame, in the order of the page, and its facts; one that failed says why in its place."""
    shown = [figure.get_attribute("class") for figure in page.locator("figure").all()]
    assert shown == FRAMES
    for image in a_set().images:
        facts = page.locator("figcaption").filter(has=page.get_by_role("heading", name=re.compile(f"^{image.name} ")))
        for words in (image.alt_text, image.model, "0.025 USD" if image.url else "it was refused"):
            expect(facts).to_contain_text(words)
    expect(page.locator("figure.column .none")).to_have_count(1)
    expect(page.locator("figure.article .result img")).to_be_visible()  # the hero, as a search result has it


@in_a_browser
def test_a_platform_that_is_switched_on_has_its_frame(page: Page, tmp_path: Path) -> None:
    """X and Pinterest show their own pictures, with their words for a screen reader; X does not repeat another's."""
    image_set = a_set(platforms=["x", "pinterest"])
    show(page, tmp_path, image_set)
    shown = [figure.get_attribute("class") for figure in page.locator("figure").all()]
    assert shown == [*FRAMES[:-3], "x", "pinterest", *FRAMES[-2:]]
    for image in image_set.images:
        if image.platform in {"x", "pinterest"}:
            expect(page.get_by_role("img", name=image.alt_text)).to_be_visible()
    letters: list[Any] = page.evaluate(LETTERS)
    assert {what: contrast(ink, grounds) for what, ink, grounds in letters if contrast(ink, grounds) < 4.5} == {}


@in_a_browser
def test_buttons_copy_exactly_what_they_name(page: Page) -> None:
    """A button, clicked or pressed, puts its picture's URL, HTML or alternative text on the clipboard, and says so."""
    for image in a_set().images:
        texts = {"URL": image.url, "alt text": image.alt_text, "<picture>": image.picture_html}
        for words, text in texts.items():
            button = page.get_by_role("button", name=f"Copy {words} of {image.name}", exact=True)
            if not text:
                expect(button).to_have_count(0)
                continue
            button.focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("status")).to_have_text(f"Copied: {words} of {image.name}")
            assert page.evaluate("navigator.clipboard.readText()") == text
            expect(button).to_be_focused()


@in_a_browser
def test_copying_needs_no_clipboard_api(page: Page) -> None:
    """Where the page is not trusted with the clipboard the old way is taken; where that fails the text is selected."""
    hero = a_set().images[0]
    page.evaluate("navigator.clipboard.writeText('before')")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    button = page.get_by_role("button", name="Copy URL of hero")
    button.click()
    expect(page.get_by_role("status")).to_have_text("Copied: URL of hero")
    assert page.evaluate("navigator.clipboard.readText()") == hero.url

    page.evaluate("() => { document.execCommand = () => false; }")
    button.click()
    expect(page.get_by_role("status")).to_contain_text("press Ctrl+C", ignore_case=True)
    field = page.get_by_role("textbox", name="Text to copy")
    expect(field).to_be_focused()
    assert page.evaluate("getSelection().toString()") == hero.url
    assert field.input_value() == hero.url


@in_a_browser
@pytest.mark.parametrize(
    ("topic", "language", "direction"),
    [
        ("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenherstellerverband" * 3, "de", "ltr"),
        ("حكاية القهوة: من جبال اليمن إلى مقاهي العالم", "ar", "rtl"),
        ("発酵食品と日本の食卓" * 12, "ja", "ltr"),
    ],
)
def test_titles_of_any_script_fit_at_a_desk_and_on_a_phone(
    page: Page, tmp_path: Path, topic: str, language: str, direction: str
) -> None:
    """No width scrolls aside, titles run in their own direction and name their language; nothing is asked of anyone."""
    asked = show(page, tmp_path, a_set(topic, language=language), excerpt=topic)
    for width in (1400, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        wide = "[...document.querySelectorAll('figure, figcaption *')].filter(e => e.scrollWidth > e.clientWidth + 1 &&"
        assert page.evaluate(wide + " getComputedStyle(e).overflow === 'visible' && e.clientWidth).length") == 0
    for title in page.locator("h1, .title").all():
        expect(title).to_have_css("direction", direction)
        expect(title).to_have_attribute("lang", language)
    assert page.evaluate("[...document.images].every(image => image.naturalWidth)")
    assert all(url.startswith(("file:", "data:")) for url in asked)


@in_a_browser
@pytest.mark.parametrize("words", [words.replace("\r\n", "\n") for words in HOSTILE if re.search("[<'{\n]", words)])
def test_hostile_words_are_shown_and_do_nothing(page: Page, tmp_path: Path, words: str) -> None:
    """Topic, excerpt, alternative text and error are read as they were written; no script of theirs runs."""
    acted: list[str] = []

    def notice(dialog: Dialog) -> None:
        acted.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", notice)
    asked = show(page, tmp_path, a_set(words, words), words)
    assert page.locator("h1").text_content() == words
    assert page.locator("figure.article .window img").get_attribute("alt") == words
    page.get_by_role("button", name="Copy alt text of hero").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == words
    assert not acted
    assert all(url.startswith(("file:", "data:")) for url in asked)


@in_a_browser
def test_the_page_runs_no_script_but_its_own(page: Page) -> None:
    """Were a word to become markup after all, the page's own policy would keep it from acting."""
    page.evaluate("""() => {
        window.refused = [];
        document.addEventListener("securitypolicyviolation", event => refused.push(event.effectiveDirective));
        document.body.insertAdjacentHTML("beforeend", `<img src="data:," onerror="window.acted = 1">
            <p style="position: fixed">x</p><iframe src="data:text/html,x"></iframe>
            <form action="https://evil.example"><button id="send">x</button></form>`);
        document.body.append(Object.assign(document.createElement("script"), {textContent: "window.acted = 1"}));
        document.getElementById("send").click();
    }""")
    # Not `wait_for_function`: where it has to look twice it evaluates a string, which the policy refuses.
    page.evaluate("""() => new Promise(seen => {
        const look = () => new Set(refused).size >= 5 ? seen() : setTimeout(look, 50);
        look();
    })""")
    assert set(page.evaluate("refused")) == {
        "script-src-attr", "style-src-attr", "frame-src", "script-src-elem", "form-action",
    }  # fmt: skip
    assert page.evaluate("window.acted") is None


def test_a_picture_of_which_only_the_manifest_knows_is_shown_by_its_address() -> None:
    """A kind that a run was not asked for has no preview; an entry of a platform that we do not know has a frame."""
    hero = a_set().images[0].model_copy(update={"platform": "nowhere"})
    page = html_page(a_set().model_copy(update={"images": [hero]}), {})
    assert page.count('src="https://images.example/default/tee/hero.png?a=1&amp;b=&#39;2&#39;"') == 2
    assert "Comparison" not in page


@in_a_browser
def test_a_page_on_disk_needs_nobody_to_serve_its_pictures(page: Page, tmp_path: Path) -> None:
    """Without a bucket pictures and links are files; what is copied for a page has no address of this machine."""
    image_set, storage = a_set(), tmp_path / "storage" / "images"
    hero = image_set.images[0]
    file = storage / str(hero.key)
    file.parent.mkdir(parents=True)
    file.write_bytes(base64.b64decode(DOT.partition(",")[2]))
    local = tmp_path / "gallery.html"
    local.write_text(html_page(image_set, {}, folder=f"{storage.as_uri()}/"), encoding="utf-8")
    page.goto(local.as_uri())
    shown = page.get_by_role("img", name=hero.alt_text).first
    assert shown.evaluate("async one => { await one.decode(); return one.naturalWidth; }") == 16
    copied = {}
    for words in ("URL", "<picture>"):
        page.get_by_role("button", name=f"Copy {words} of hero", exact=True).click()
        expect(page.get_by_role("status")).to_have_text(f"Copied: {words} of hero")
        copied[words] = page.evaluate("navigator.clipboard.readText()")
    assert copied["URL"] == file.as_uri()
    assert 'src="hero.png"' in copied["<picture>"]
    assert "images.example" not in local.read_text()
