"""A run that failed or crashed leaves a manifest that lists the pictures in the bucket."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed

from blocks.locks.one_at_a_time import one_at_a_time
from flows.article_images import article_images
from flows.lifecycle.manifest_after_bad_end import record_bad_end
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.pages.gallery import size
from imaging.record import Image
from tests.world import World, run_set, run_state

ARTICLE = Article(topic="Kaffee richtig lagern")
MANIFEST = "default/kaffee-richtig-lagern/manifest.json"
FAILED = ("failed", "the run failed; run again to collect it")


def statuses(manifest: Any) -> dict[str, tuple[str, str | None]]:
    return {image["name"]: (image["status"], image["error"]) for image in manifest["images"]}


@pytest.fixture
def bug() -> Iterator[pytest.MonkeyPatch]:
    """Logging that the fourth picture is done breaks, until this is undone."""
    logged = []

    def broken_size(image: Image) -> str:
        logged.append(image)
        if len(logged) == 4:
            raise RuntimeError("a bug")
        return size(image)

    with pytest.MonkeyPatch.context() as patch:  # of its own: to undo the shared one undoes the world as well
        patch.setattr("flows.article_run.run_log.size", broken_size)
        yield patch


def test_a_run_that_fails_leaves_a_manifest_of_what_is_stored(world: World, bug: pytest.MonkeyPatch) -> None:
    """A bug in the midst of a run: what was stored by then is in the manifest, what is missing says why, once."""
    world.replicate.delay = 2.0
    state = run_state(ARTICLE)
    assert state.is_failed()
    manifest = world.store.get_json(MANIFEST)
    assert manifest["flow_run_id"] == str(state.state_details.flow_run_id)
    assert manifest["language"] == "de"
    stored = [name for name, (status, _) in statuses(manifest).items() if status == "stored"]
    assert {"linkedin", "facebook"} <= set(stored)
    assert {said for name, said in statuses(manifest).items() if name not in stored} <= {FAILED}
    for image in manifest["images"]:
        assert image["status"] == "failed" or image["key"] in world.objects()
    bug.undo()
    assert run_set(ARTICLE).status == "complete"
    assert len(world.replicate.paid) == 3


def test_a_manifest_that_is_true_is_left_alone(world: World) -> None:
    """Where nothing was begun, or the slug is another article's, or another run has it, not a byte changes."""
    run_set(ARTICLE, [Kind.CARD, Kind.SOCIAL])
    before = world.objects()
    world.replicate.fault("list", 401, times=None)
    assert run_state(ARTICLE).is_failed()
    world.replicate.faults.clear()
    assert run_state(Article(topic="Tee", slug="kaffee-richtig-lagern")).is_failed()
    world.delete(next(key for key in before if "instagram" in key))
    crashed = _crashed(ARTICLE)
    with one_at_a_time("article-images.run.default.kaffee-richtig-lagern", world.folder.parent / "data" / "locks"):
        asyncio.run(record_bad_end(article_images, crashed, Crashed()))
    assert world.objects()[MANIFEST] == before[MANIFEST]
    asyncio.run(record_bad_end(article_images, crashed, Crashed()))
    manifest = world.store.get_json(MANIFEST)
    assert statuses(manifest)["instagram"] == ("failed", "the run crashed; run again to collect it")
    assert statuses(manifest)["tiktok"] == ("stored", None)
    written = world.objects()[MANIFEST]
    asyncio.run(record_bad_end(article_images, crashed, Crashed()))
    assert world.objects()[MANIFEST] == written


def _crashed(article: Article) -> FlowRun:
    with get_client(sync_client=True) as client:
        parameters = {"article": article.model_dump(mode="json"), "only": ["social"]}
        return client.create_flow_run(article_images, parameters=parameters, state=Crashed())
