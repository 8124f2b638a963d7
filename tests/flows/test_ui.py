"""What a person sees: the run in the Prefect UI and the gallery page, in a real browser."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from flows.cli import read_article
from imaging.record import ImageSet
from tests.conftest import EXAMPLES
from tests.flows.conftest import run_set

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="needs a browser: install Debian's chromium"
)
# Without these Chromium looks for hosts of its own at every start.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page(viewport={"width": 1400, "height": 1400})
        browser.close()


@pytest.fixture
def image_set(painted: Path) -> ImageSet:
    return run_set(read_article(str(EXAMPLES / "laktoseintoleranz-und-laktase.md")))


def artifacts(api: str, image_set: ImageSet) -> dict[str, dict[str, Any]]:
    """The run's artifacts by the first word of their key."""
    query = {"artifacts": {"flow_run_id": {"any_": [image_set.flow_run_id]}}}
    found = httpx.post(f"{api}/artifacts/filter", json=query).json()
    return {artifact["key"].split("-")[0]: artifact for artifact in found if artifact["key"]}


def task_names(api: str, image_set: ImageSet) -> set[str]:
    """The names of the run's image tasks; they reach the API some seconds after the run."""
    query = {"flow_runs": {"id": {"any_": [image_set.flow_run_id]}}}
    names: set[str] = set()
    for _ in range(60):
        runs = httpx.post(f"{api}/task_runs/filter", json=query).json()
        names = {run["name"] for run in runs if "image" in run["tags"]}
        if len(names) >= len(image_set.images):
            break
        time.sleep(0.5)
    return names


def test_the_ui_shows_gallery_table_progress_and_task_names(image_set: ImageSet, page: Page, prefect_api: str) -> None:
    """Both UIs show the gallery's nine pictures at a size that fits, the first one table, links and task names."""
    ui = prefect_api.removesuffix("/api")
    shown = artifacts(prefect_api, image_set)
    assert shown["gallery"]["key"] == "gallery-default-laktoseintoleranz-und-laktase"
    assert shown["images"]["key"] == "images-default-laktoseintoleranz-und-laktase"
    assert shown["progress"]["data"] == 100.0

    for version in ("", "/v2"):
        page.goto(f"{ui}{version}/artifacts/artifact/{shown['gallery']['id']}")
        pictures = page.locator("img[alt]:not([alt=''])")
        pictures.nth(8).wait_for()
        assert pictures.count() == 9
        boxes = pictures.evaluate_all("all => all.map(i => [i.naturalWidth > 0, i.getBoundingClientRect().width])")
        assert all(loaded and 100 < width <= 200 for loaded, width in boxes)
        links = page.get_by_role("link", name="open", exact=True)
        assert [link.get_attribute("href") for link in links.all()] == [image.url for image in image_set.images]
        text = page.inner_text("body")
        for words in ("supporting-1", "comparison-qwen-image", "2752x1536", "Painted offline"):
            assert words in text.replace("×", "x")

    page.goto(f"{ui}/artifacts/artifact/{shown['images']['id']}")
    page.get_by_text("comparison-qwen-image").wait_for()
    text = page.inner_text("body")
    for image in image_set.images:
        assert image.name in text
    assert page.locator(f"a[href='{image_set.images[0].url}']").count() == 1

    assert task_names(prefect_api, image_set) == {image.name for image in image_set.images}


def test_the_gallery_page_stands_on_its_own(image_set: ImageSet, page: Page, painted: Path) -> None:
    """The page shows every picture from the file alone, at a desk's width and at a phone's, without scrolling aside."""
    file = painted / "gallery" / "default" / f"{image_set.slug}.html"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for width in (1400, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(file.as_uri())
        pictures = page.locator("figure img")
        assert pictures.count() == 9
        assert pictures.evaluate_all("all => all.every(i => i.complete && i.naturalWidth > 0)")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert all(url.startswith(("file:", "data:")) for url in asked)
