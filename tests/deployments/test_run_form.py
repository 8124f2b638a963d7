"""The run form of `article-images/manual`, in both of Prefect's UIs, in a real browser."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from flows.commands.arguments import read_article
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import ImageSet
from tests.browser import browser_page, in_a_browser
from tests.conftest import EXAMPLES
from tests.deployments.stack import deployments, forget_runs, runs, wait_for
from tests.world import run_set

MANUAL, NIGHTLY = "article-images/manual", "article-backlog/nightly"
VERSIONS = ("", "/v2")


@pytest.fixture(scope="module")
def page(deployed: str) -> Iterator[Page]:
    """One browser for all forms: what it has loaded of the UIs it need not load again, which takes a second each."""
    with browser_page(1000, 1000) as page:
        yield page


def made_by(article: Article, only: Sequence[Kind]) -> ImageSet:
    """Run the flow in a thread of its own: the browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, run_set, article, list(only)).result()


@pytest.fixture
def offline(deployed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The deployed API, and nothing else configured: runs of this process paint."""
    monkeypatch.setenv("IMAGES_DATA_DIR", str(tmp_path / "data"))
    return deployed


def link(api: str, image_set: ImageSet) -> str | None:
    """The link to run again in the gallery of a set's run."""
    query = {"artifacts": {"flow_run_id": {"any_": [image_set.flow_run_id]}, "type": {"any_": ["markdown"]}}}
    (gallery,) = httpx.post(f"{api}/artifacts/filter", json=query).json()
    found = re.search(r"\[Run again\]\(<(.*)>\)", gallery["data"])
    return found[1] if found else None


def submit(page: Page, api: str, deployment: str = MANUAL) -> dict[str, Any]:
    """Press Submit and return the parameters of the run that comes of it; its schedule makes others."""
    forget_runs(api, deployment)
    page.get_by_role("button", name="Submit").click()
    (run,) = wait_for(lambda: [run for run in runs(api, deployment) if not run["auto_scheduled"]], 30)
    forget_runs(api, deployment)
    parameters: dict[str, Any] = run["parameters"]
    return parameters


@in_a_browser
def test_a_topic_is_all_that_the_form_needs(deployed: str, page: Page) -> None:
    """With a topic alone, the form of either UI makes a run; the other fields hold the defaults."""
    manual = deployments(deployed)[MANUAL]["id"]
    for version in VERSIONS:
        page.goto(f"{deployed.removesuffix('/api')}{version}/deployments/deployment/{manual}/run")
        topic = page.locator("textarea").first
        expect(topic).to_have_value("")
        topic.fill("Kaffee {{ 1 }}")
        assert submit(page, deployed) == {
            "article": {"topic": "Kaffee {{ 1 }}", "body": "", "excerpt": "", "user_id": "default",
                        "origin": {"source": "", "path": "", "url": ""}},
            "only": [],
            "refresh": False,
        }  # fmt: skip


@in_a_browser
def test_a_backlog_is_started_from_its_form(deployed: str, page: Page) -> None:
    """Both UIs submit the form untouched, and with text filled in and taken out; it has no shard."""
    nightly = deployments(deployed)[NIGHTLY]["id"]
    untouched = {"source": "", "user_id": "", "at_once": 0, "shards": 1, "only": [], "recheck": False, "language": ""}
    texts = [page.locator("fieldset").nth(place).locator("textarea") for place in (0, 1)]
    for version in VERSIONS:
        form = f"{deployed.removesuffix('/api')}{version}/deployments/deployment/{nightly}/run"
        page.goto(form)
        for text in texts:
            expect(text).to_have_value("")
        expect(page.get_by_text(re.compile(r"^shard\b"))).to_have_count(0)
        assert submit(page, deployed, NIGHTLY) == untouched
        page.goto(form)
        for text in texts:
            text.fill("acme")
            text.fill("")
        emptied = submit(page, deployed, NIGHTLY)
        assert untouched | emptied == untouched


@in_a_browser
def test_the_gallery_leads_to_the_filled_in_form(offline: str, page: Page) -> None:
    """In both UIs the gallery's link opens a form that makes the same pictures: a long body is cut to its headings."""
    article = read_article(str(EXAMPLES / "laktoseintoleranz-und-laktase.md"))
    only = [Kind.SUPPORTING, Kind.CARD]
    made = made_by(article, only)
    url = link(offline, made) or ""
    assert len(url) < 7000
    submitted = []
    for version in VERSIONS:
        page.goto(url.replace("/deployments/", f"{version}/deployments/", 1))
        expect(page.locator("textarea").first).to_have_value(article.topic)
        submitted.append(submit(page, offline))
    assert submitted[0] == submitted[1]
    assert submitted[0]["only"] == only
    again = made_by(Article.model_validate(submitted[0]["article"]), only)
    assert {image.status for image in again.images} == {"reused"}
    assert [image.digest for image in again.images] == [image.digest for image in made.images]


def test_a_link_that_would_be_dead_is_left_out(offline: str) -> None:
    """An article whose very headings are too long for a URL has a gallery without the link."""
    body = "\n\n".join(f"## Überschrift {number} {'ü' * 40}" for number in range(40))
    assert link(offline, made_by(Article(topic="Lang", body=body), [Kind.CARD])) is None
    assert link(offline, made_by(Article(topic="Lang"), [Kind.CARD]))
