"""The gallery page beside its pictures: sharper ones where the screen shows them, and downloads."""

import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import PIL.Image
import pytest
from playwright.sync_api import Page, expect

from imaging.pages.page import html_page
from imaging.pictures.picture import encode, inspect
from imaging.record import ImageSet, Variant
from tests.browser import PATIENCE, in_a_browser
from tests.imaging.pages.conftest import a_set

BIG = (1600, 900)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def public(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that anyone may read over HTTP, and its address."""
    folder = tmp_path / "public"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def published(folder: Path, base: str) -> tuple[ImageSet, str]:
    """A set whose pictures lie in the folder, and its page; the web format of one picture cannot be read."""
    picture = PIL.Image.linear_gradient("L").resize(BIG).convert("RGB")  # of a few kilobytes, unlike noise
    data, images = encode(picture, "png"), []
    picture.save(folder / "wide.webp")
    for image in a_set().images:
        (folder / f"{image.name}.png").write_bytes(data + image.name.encode())
        wide = "wide.webp" if image.name == "hero" else "missing.webp"
        found = Variant(
            format="webp",
            width=BIG[0],
            height=BIG[1],
            bytes=1,
            content_type="image/webp",
            key=wide,
            url=f"{base}/{wide}",
        )
        there = {"url": f"{base}/{image.name}.png", "width": BIG[0], "height": BIG[1], "variants": [found]}
        images.append(image.model_copy(update=there) if image.durable else image)
    image_set = a_set().model_copy(update={"images": images, "gallery_url": f"{base}/gallery.html"})
    preview = inspect(data).preview
    page = html_page(image_set, {image.name: preview for image in images if image.durable})
    (folder / "gallery.html").write_text(page, encoding="utf-8")
    return image_set, page


@in_a_browser
def test_a_fine_screen_gets_sharper_pictures_where_they_can_be_read(page: Page, public: tuple[Path, str]) -> None:
    """At two pixels a point the hero is the bucket's; at one, and where the bucket refuses, the preview stays."""
    image_set, _ = published(*public)
    browser = page.context.browser
    assert browser
    for density in (1, 2):
        with browser.new_context(device_scale_factor=density, viewport={"width": 1400, "height": 4000}) as context:
            shown = context.new_page()
            shown.goto(str(image_set.gallery_url))
            hero = shown.locator("figure.article .window img")
            if density == 2:
                expect(hero).to_have_js_property("currentSrc", f"{public[1]}/wide.webp", timeout=PATIENCE * 1000)
                expect(shown.locator("figure.comparison img").first).to_be_visible()
            sources = shown.evaluate("[...document.images].map(image => [image.naturalWidth > 0, image.currentSrc])")
            assert all(loaded for loaded, _ in sources)
            assert [url[:5] for _, url in sources].count("http:") == density - 1


@in_a_browser
def test_pictures_are_downloaded_one_by_one_and_together(page: Page, public: tuple[Path, str], tmp_path: Path) -> None:
    """A click saves a picture, or all as a ZIP file; a page on a disk has them saved by the one in the bucket."""
    folder, _ = public
    image_set, html = published(*public)
    durable = [image for image in image_set.images if image.durable]
    (tmp_path / "gallery.html").write_text(html, encoding="utf-8")
    for address in (str(image_set.gallery_url), (tmp_path / "gallery.html").as_uri()):
        for button, name in (("Download hero", "tee-hero.png"), ("Download all", "tee.zip")):
            page.goto(address)
            with page.expect_download() as download:
                page.get_by_role("link", name=button).click()
            assert download.value.suggested_filename == name
            saved = Path(download.value.path()).read_bytes()
            if name.endswith(".png"):
                assert saved == (folder / "hero.png").read_bytes()
                continue
            with zipfile.ZipFile(BytesIO(saved)) as archive:
                assert archive.testzip() is None
                assert archive.namelist() == [f"tee-{image.name}.png" for image in durable]
                for image in durable:
                    assert archive.read(f"tee-{image.name}.png") == (folder / f"{image.name}.png").read_bytes()
