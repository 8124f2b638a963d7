"""What a run tells while it goes on: an event for each picture, and its story in the log of its page."""

import json
import time
from typing import Any

import httpx

from imaging.articles.article import Article
from imaging.kinds import Kind
from tests.standins.vendors.predictions import NSFW
from tests.world import World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern", user_id="nordlicht")


def events(api: str, run: str, count: int) -> dict[str, dict[str, Any]]:
    """The events of a run's pictures by the picture's name; they arrive some seconds after the run."""
    query = {"filter": {"event": {"prefix": ["article-images.image."]}, "related": {"id": [f"prefect.flow-run.{run}"]}}}
    found: list[dict[str, Any]] = []
    for _ in range(120):
        found = httpx.post(f"{api}/events/filter", json=query).json()["events"]
        if len(found) >= count:
            break
        time.sleep(0.25)
    assert len(found) == count
    return {event["payload"]["name"]: event for event in found}


def log(api: str, run: str, until: str) -> list[str]:
    """The lines on the run's page, once one begins with `until`."""
    query = {"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC", "limit": 200}
    lines: list[str] = []
    for _ in range(120):
        lines = [line["message"] for line in httpx.post(f"{api}/logs/filter", json=query).json()]
        if any(line.startswith(until) for line in lines):
            break
        time.sleep(0.25)
    return lines


def test_every_picture_is_an_event_and_the_page_tells_the_story(world: World, prefect_api: str, run_logs: None) -> None:
    """What each picture took, cost and came to is an event of the run; the log has plan, orders, fallbacks and end."""
    run_set(ARTICLE, [Kind.CARD])
    world.replicate.fault("create", "failed", times=2, error=NSFW, match=lambda call: "ultra" in str(call.model))
    world.chutes.fault("generate", 402, times=None, detail="no balance")
    image_set = run_set(ARTICLE)
    run = str(image_set.flow_run_id)
    told = events(prefect_api, run, 5)  # the cards were there before
    assert set(told) == {"hero", "comparison-juggernautxl", "comparison-qwen-image", "instagram", "tiktok"}

    tiktok = told["tiktok"]
    assert tiktok["event"] == "article-images.image.stored"
    assert tiktok["resource"]["prefect.resource.id"] == "article-images.nordlicht.kaffee-richtig-lagern.tiktok"
    assert tiktok["resource"]["article-images.provider"] == "replicate"
    assert (tiktok["payload"]["cost_usd"], tiktok["payload"]["user_id"]) == (0.025, "nordlicht")
    assert set(tiktok["payload"]["seconds"]) == {"provider", "download", "storage"}
    assert told["hero"]["payload"]["fallback_from"] == "replicate:black-forest-labs/flux-1.1-pro-ultra"
    failed = told["comparison-qwen-image"]
    assert failed["event"] == "article-images.image.failed"
    assert "no balance" in failed["payload"]["error"]
    assert "http" not in json.dumps([event["payload"] for event in told.values()])

    lines = log(prefect_api, run, "degraded:")
    story = [
        "7 pictures planned",
        "stored already: linkedin, facebook",
        f"stored in the bucket {world.environment['B2_BUCKET_NAME']}",
        "hero: asked for with another seed",
        "hero: painter takes its place",
        "degraded: ",
    ]
    assert [begin for line in lines for begin in story if line.startswith(begin)] == story
    for begin in (
        "instagram: ordered from Replicate",
        f"tiktok stored as {ARTICLE.user_id}/{image_set.slug}/platform",
    ):
        assert any(line.startswith(begin) for line in lines), lines
    assert len([line for line in lines if line.startswith("tiktok stored")]) == 1
    assert not [
        line for line in lines if line.startswith(("Finished in state Completed(", "Finished in state Cached("))
    ]
