"""What a person sees: the run in the Prefect UI and the gallery page, in a real browser."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from flows.commands.arguments import read_article
from imaging.record import ImageSet
from tests.browser import PATIENCE, browser_page, in_a_browser
from tests.conftest import EXAMPLES
from tests.world import run_set

pytestmark = in_a_browser

# One look at a page, taken between two of its own steps: it renders itself anew while it is looked at.
LOOK = """pictures => ({
    pictures: [...document.querySelectorAll(pictures)]
        .map(image => [image.naturalWidth > 0, image.getBoundingClientRect().width]),
    links: [...document.querySelectorAll("a")].map(link => [link.innerText.trim(), link.getAttribute("href")]),
    overhang: document.documentElement.scrollWidth - window.innerWidth,
    text: document.body.innerText.replaceAll("×", "x"),
})"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the embedded storage and the gallery page lie."""
    return tmp_path_factory.mktemp("painted") / "data"


@pytest.fixture(scope="module")
def image_set(data: Path, prefect_api: str) -> ImageSet:
    """Nine painted pictures. Made before the browser is started, whose loop takes the place of a flow's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(data.parent)
        patch.setenv("IMAGES_DATA_DIR", str(data))
        return run_set(read_article(str(EXAMPLES / "laktoseintoleranz-und-laktase.md")))


@pytest.fixture(scope="module")
def page(image_set: ImageSet) -> Iterator[Page]:
    with browser_page() as page:
        yield page


def shows(page: Page, check: Callable[[dict[str, Any]], None], pictures: str = "img[alt]:not([alt=''])") -> None:
    """Look at the page until one look passes the whole `check`; fail as the last look did.

    `pictures` is the selector of those that count.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return check(page.evaluate(LOOK, pictures))
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        page.wait_for_timeout(100)


def artifacts(api: str, image_set: ImageSet) -> dict[str, dict[str, Any]]:
    """The run's artifacts by the first word of their key."""
    query = {"artifacts": {"flow_run_id": {"any_": [image_set.flow_run_id]}}}
    found = httpx.post(f"{api}/artifacts/filter", json=query).json()
    return {artifact["key"].split("-")[0]: artifact for artifact in found if artifact["key"]}


def task_names(api: str, image_set: ImageSet) -> set[str]:
    """The names of the run's tasks for images; they reach the API some seconds after the run."""
    wanted = {image.name for image in image_set.images}
    query = {"flow_runs": {"id": {"any_": [image_set.flow_run_id]}}}
    names: set[str] = set()
    for _ in range(60):
        runs = httpx.post(f"{api}/task_runs/filter", json=query).json()
        names = {run["name"] for run in runs} & wanted
        if names == wanted:
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

    def check_gallery(seen: dict[str, Any]) -> None:
        assert len(seen["pictures"]) == 9
        assert all(loaded and 100 < width <= 200 for loaded, width in seen["pictures"])
        assert [to for words, to in seen["links"] if words == "open"] == [image.url for image in image_set.images]
        for words in ("supporting-1", "comparison-qwen-image", "2752x1536", "Painted offline"):
            assert words in seen["text"]

    def check_table(seen: dict[str, Any]) -> None:
        for image in image_set.images:
            assert image.name in seen["text"]
        assert [to for _, to in seen["links"]].count(image_set.images[0].url) == 1

    for version in ("", "/v2"):
        page.goto(f"{ui}{version}/artifacts/artifact/{shown['gallery']['id']}")
        shows(page, check_gallery)
    page.goto(f"{ui}/artifacts/artifact/{shown['images']['id']}")
    shows(page, check_table)

    assert task_names(prefect_api, image_set) == {image.name for image in image_set.images}


def test_the_gallery_page_stands_on_its_own(image_set: ImageSet, page: Page, data: Path) -> None:
    """The page shows every picture from the file alone, at a desk's width and at a phone's, without scrolling aside."""
    file = data / "gallery" / "default" / f"{image_set.slug}.html"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def check(seen: dict[str, Any]) -> None:
        assert len(seen["pictures"]) == 9
        assert all(loaded for loaded, _ in seen["pictures"])
        assert seen["overhang"] <= 0

    for width in (1400, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(file.as_uri())
        shows(page, check)
    assert all(url.startswith(("file:", "data:")) for url in asked)
