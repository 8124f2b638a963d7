"""The page of a set, shown in a browser."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import PIL.Image
import pytest
from playwright.sync_api import Page

from imaging.articles.article import Article
from imaging.entry import described, failed
from imaging.pages.page import html_page
from imaging.pictures.picture import encode, inspect
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage
from imaging.spec import ImageSpec
from tests.browser import browser_page

DOT = inspect(encode(PIL.Image.new("RGB", (16, 16), "teal"), "png")).preview
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


@pytest.fixture(scope="package")
def browser() -> Iterator[Page]:
    """One for all tests of pages: each start takes a second."""
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
