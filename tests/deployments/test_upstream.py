"""Upstream flows: the three ways of deployments/content_flow.py, with a worker, vendors and a bucket."""

import asyncio
import importlib.util
import json
import os
import signal
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.events.clients import get_events_client
from prefect.events.schemas.events import Event

from imaging.articles.article import Article
from tests import ROOT
from tests.deployments.stack import Vendors, ask, runs, wait_for
from tests.world import run_set

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@pytest.fixture(scope="module")
def content_flow() -> ModuleType:
    spec = importlib.util.spec_from_file_location("content_flow", ROOT / "deployments" / "content_flow.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ended(api: str, deployment: str, count: int) -> list[dict[str, Any]]:
    """The deployment's runs, once `count` of them have ended."""
    found = [run for run in runs(api, deployment) if run["state_type"] in ENDED]
    return found if len(found) >= count else []


def test_an_event_that_comes_twice_makes_one_set(deployed: str, working: Vendors, content_flow: ModuleType) -> None:
    """Announced twice, an article is made by one run and found by the other; delivered twice, an event is one run.

    That one has a wrong article: its run fails, and says why. The other is the sample event's.
    """
    sample = json.loads((ROOT / "deployments" / "sample-event.json").read_text())
    article = Article.model_validate(sample["article"] | {"user_id": "upstream"})  # a tenant that no other test has
    content_flow.announce(article)
    content_flow.announce(article)
    twice = Event(
        event="content.article.published",
        resource={"prefect.resource.id": "content.x"},
        payload={"article": {"topic": "x", "titel": "y"}},
    )
    asyncio.run(_deliver(twice, twice))

    made = wait_for(lambda: ended(deployed, "article-images/on-published", 3))
    assert Counter(run["state_name"] for run in made) == {"Completed": 2, "Failed": 1}
    assert len(runs(deployed, "article-images/on-published")) == 3
    for run in made:
        if run["state_name"] == "Completed":
            assert run["name"] == "upstream/kaffee-richtig-lagern"
            assert set(run["tags"]) == {"by:event", "spends", "tenant:upstream"}
    [failed] = [run for run in made if run["state_name"] == "Failed"]
    assert "article.titel: " in failed["state"]["message"]
    assert (len(working.replicate.paid), len(working.chutes.paid)) == (3, 2)
    query = {"flow_runs": {"tags": {"all_": ["tenant:upstream"]}}}
    assert len(ask(deployed, "flow_runs", query)) == 2


async def _deliver(*events: Event) -> None:
    async with get_events_client() as client:
        for event in events:
            await client.emit(event)


def test_a_flow_orders_the_pictures_and_gets_the_set(deployed: str, working: Vendors, content_flow: ModuleType) -> None:
    """`run_deployment` gives the caller the `ImageSet` of the worker's run, a degraded one too."""
    working.replicate.fault("create", 422, match=lambda call: "ultra" in (call.model or ""))
    urls = content_flow.order(Article(topic="Tee"))
    comparison = {"comparison-juggernautxl", "comparison-qwen-image"}
    assert set(urls) == comparison | {"linkedin", "facebook", "instagram", "tiktok"}
    assert all(httpx.get(url).status_code == 200 for url in urls.values())
    (run,) = runs(deployed, "article-images/manual")
    assert run["state_name"] == "Degraded"
    assert run["name"] == "default/tee"


def test_a_flow_makes_the_pictures_itself(
    deployed: str, working: Vendors, content_flow: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a subflow the same code gives the same URLs; the run is the caller's child, tagged and named as always."""
    for name, value in working.environment.items():
        monkeypatch.setenv(name, value)
    article = Article(topic="Kakao", user_id="acme")
    urls = asyncio.run(content_flow.make(article))
    again = run_set(article)
    assert urls == {image.name: image.url for image in again.images}
    assert {image.status for image in again.images} == {"reused"}
    query = {"flow_runs": {"name": {"any_": ["acme/kakao"]}}, "sort": "START_TIME_ASC"}
    child = ask(deployed, "flow_runs", query)[0]
    assert child["parent_task_run_id"]
    assert child["tags"] == ["tenant:acme"]


def test_an_article_that_is_wrong_fails_at_its_source(prefect_api: str, content_flow: ModuleType) -> None:
    """A field that is wrong fails the upstream flow itself: no event, no run elsewhere."""
    with pytest.raises(Exception, match=r"article\.user_id"):
        content_flow.announce({"topic": "x", "user_id": "Not A Tenant"})


def test_a_run_that_is_killed_leaves_a_manifest_of_what_is_stored(deployed: str, working: Vendors) -> None:
    """After kill -9 of its process the worker says in the manifest what is there; the run is Crashed."""
    working.replicate.delay = 60.0
    before = len(runs(deployed, "article-images/manual"))
    run = cast(FlowRun, run_deployment("article-images/manual", parameters={"article": {"topic": "Zimt"}}, timeout=0))
    wait_for(lambda: {"facebook", "linkedin"} <= _made(deployed, str(run.id)))
    [pid] = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _is_run(path, str(run.id))]
    os.kill(pid, signal.SIGKILL)
    working.replicate.delay = 0.0
    manifest = wait_for(lambda: working.store.get_json("default/zimt/manifest.json"))
    assert manifest["flow_run_id"] == str(run.id)
    images = {image["name"]: (image["status"], image["error"]) for image in manifest["images"]}
    assert images["linkedin"] == images["facebook"] == ("stored", None)
    assert images["hero"] == ("failed", "the run crashed; run again to collect it")
    [crashed] = wait_for(lambda: ended(deployed, "article-images/manual", before + 1))[before:]
    assert crashed["state_name"] == "Crashed"


def _made(api: str, run_id: str) -> set[str]:
    """The run's pictures that are stored, and written down as such: they reach the API some seconds later."""
    query = {"flow_runs": {"id": {"any_": [run_id]}}}
    return {task["name"] for task in ask(api, "task_runs", query) if task["state_type"] == "COMPLETED"}


def _is_run(process: Path, run_id: str) -> bool:
    try:
        return f"PREFECT__FLOW_RUN_ID={run_id}".encode() in (process / "environ").read_bytes()
    except OSError:  # ended, or somebody else's
        return False
