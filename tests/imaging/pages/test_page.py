"""The gallery page in a real browser: what an editor sees, copies and reads, and that nothing from outside can act."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import Dialog, Page, expect

from imaging.articles.article import Article
from imaging.entry import described, failed
from imaging.pages.page import html_page
from imaging.pictures.picture import encode, inspect
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage
from imaging.spec import ImageSpec
from tests.browser import browser_page, in_a_browser
from tests.imaging.pages.test_gallery import HOSTILE

DOT = inspect(encode(PIL.Image.new("RGB", (16, 16), "teal"), "png")).preview
FRAMES = ["article", "column", "column", "search", "comparison", "comparison", "linkedin", "facebook", "x", "instagram",
          "tiktok"]  # fmt: skip
# Each element that has words of its own, with their colour and the one behind them, both as "rgb(...)". What stands
# over a picture is looked at over white, the worst that a picture can be.
LETTERS = """() => [...document.querySelectorAll("body *")]
    .filter(one => one.checkVisibility() && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(one => {
        const grounds = [];
        for (let at = one; at; at = at.parentElement) {
            grounds.push(getComputedStyle(at).backgroundColor);
            if (at.matches(".over")) grounds.push("rgb(255, 255, 255)");
        }
        return [one.tagName + "." + one.className, getComputedStyle(one).color, grounds];
    })"""


def stored(spec: ImageSpec) -> Image:
    image = StoredImage(
        digest=spec.digest, key=f"{spec.stem}.png", content_type="image/png", width=spec.size[0], height=spec.size[1],
        bytes=1_234_567, sha256="a" * 64, md5="b" * 32, cost_usd=0.025,
    )  # fmt: skip
    return described(spec, image, reused=False, url=f"https://images.example/{image.key}?a=1&b='2'")


def a_set(
    topic: str = "Wie Tee zieht", alt_text: str | None = None, language: str = "de", *, platforms: Sequence[str] = ()
) -> ImageSet:
    """All nine pictures, and those of the platforms that are switched on; the second failed."""
    body = "\n".join(f"## {number}" for number in range(6))
    article = Article(topic=topic, body=body, language=language)
    specs = Planner(article, "tee", ModelTable(), (), platforms=platforms).specs()
    specs = [spec.model_copy(update={"alt_text": alt_text or spec.alt_text}) for spec in specs]
    images = [stored(spec) for spec in specs]
    images[1] = failed(specs[1], f"it was refused: {topic}")
    return ImageSet(
        user_id="default", slug="tee", topic=topic, article_id=None, images=images, language=language,
        manifest_url="https://images.example/manifest.json",
    )  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with browser_page() as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield page


@pytest.fixture
def page(browser: Page, tmp_path: Path) -> Iterator[Page]:
    """A browser that shows the page of `a_set`, opened as a file."""
    show(browser, tmp_path, a_set())
    yield browser
    browser.emulate_media(color_scheme="light")
    browser.set_viewport_size({"width": 1400, "height": 1400})


def show(page: Page, folder: Path, image_set: ImageSet, excerpt: str = "") -> list[str]:
    """Open the page of a set; return the addresses that it asks for, as they come."""
    file = folder / "gallery.html"
    previews = {image.name: DOT for image in image_set.images if image.url}
    file.write_text(html_page(image_set, previews, excerpt), encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    return asked


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


def numbers(color: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", color)]


def luminance(color: list[float]) -> float:
    """Relative luminance, by WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: str, grounds: list[str]) -> float:
    """The contrast of `ink` with the grounds, nearest first, of which only those with an alpha let others through."""
    behind = [255.0, 255.0, 255.0]
    for ground in reversed(grounds):
        *color, alpha = [*numbers(ground), 1.0][:4]
        behind = [alpha * over + (1 - alpha) * under for over, under in zip(color, behind, strict=True)]
    lighter, darker = sorted((luminance(numbers(ink)[:3]), luminance(behind)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


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
    assert page.locator("figure.article img").get_attribute("alt") == words
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
