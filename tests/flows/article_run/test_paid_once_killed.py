"""Paid once, also when runs are killed or go side by side."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from imaging.kinds import Kind
from tests import forking
from tests.flows.runs import ARTICLE, start
from tests.standins import FalStandin
from tests.world import World, run_set


def test_a_killed_run_is_collected_not_paid_again(world: World, prefect_api: str) -> None:
    """After kill -9 while predictions are being made, the next run creates none and marks the killed one as crashed."""
    world.replicate.delay = 60.0
    process = start(prefect_api, "--only", "social")
    while len(world.replicate.paid) < 2 and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    world.replicate.advance(120)
    world.replicate.delay = 0.0
    image_set = run_set(ARTICLE, [Kind.SOCIAL])
    assert image_set.status == "complete", image_set.troubles
    assert len(world.replicate.paid) == 2
    query = {"flow_runs": {"name": {"any_": ["default/kaffee-richtig-lagern"]}}, "sort": "START_TIME_DESC", "limit": 2}
    _, killed = httpx.post(f"{prefect_api}/flow_runs/filter", json=query).json()
    assert killed["state"]["type"] == "CRASHED"
    assert killed["state"]["message"].endswith(f"run {image_set.flow_run_id} took over")


def test_a_killed_run_is_collected_from_a_vendor_that_lists_no_orders(
    world: World, prefect_api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After kill -9 while fal.ai's order is waited for, the next run collects it by the id that was noted before."""
    model = {"provider": "fal", "name": "fal-ai/flux-pro/v1.1-ultra", "params": {"output_format": "png"}}
    monkeypatch.setenv("IMAGES_MODELS", json.dumps({"hero": model}))
    with FalStandin(delay=60.0) as fal:
        for name, value in fal.environment().items():
            monkeypatch.setenv(name, value)
        process = start(prefect_api, "--only", "hero")
        # It looks at the order once that is noted; before the order it looks, for its key, at one that is none.
        while not any(call.where == "get" and call.prediction_id for call in fal.requests) and process.poll() is None:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        fal.advance(120)
        image_set = run_set(ARTICLE, [Kind.HERO])
        assert image_set.status == "complete", image_set.troubles
        assert [one.id for one in fal.paid] == [str(image_set.images[0].prediction_id).rpartition("~")[2]]


def test_a_picture_that_was_stored_and_not_written_down_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill between a picture's upload and its record does not cost it again, where Chutes has no id to ask for.

    One whose bytes are others, and one that was made from something else, are no such picture.
    """
    made = run_set(ARTICLE, [Kind.COMPARISON])
    _forget_what_came_after_the_upload(world)
    found = run_set(ARTICLE, [Kind.COMPARISON])
    assert world.paid == (0, 2)
    assert [image.url for image in found.images] == [image.url for image in made.images]
    assert (found.status, found.cost_usd) == ("complete", made.cost_usd)

    _forget_what_came_after_the_upload(world)
    spoilt = world.bucket / str(made.images[0].key)
    spoilt.write_bytes(spoilt.read_bytes()[:-2] + b"\xff\xd9\xff\xd9")
    run_set(ARTICLE, [Kind.COMPARISON])
    assert world.paid == (0, 3)

    _forget_what_came_after_the_upload(world)
    monkeypatch.setenv("IMAGES_MODELS", json.dumps({"qwen_image": {"params": {"num_inference_steps": 30}}}))
    run_set(ARTICLE, [Kind.COMPARISON])
    assert world.paid == (0, 4)


def _forget_what_came_after_the_upload(world: World) -> None:
    world.delete("default/kaffee-richtig-lagern/manifest.json")
    for folder in (world.bucket / "_results", Path(world.environment["IMAGES_DATA_DIR"])):
        for record in [*folder.rglob("comparison/*"), *folder.rglob("manifest.json")]:
            if record.suffix != ".receipt":
                record.unlink()


TWO_RUNS = """
import asyncio, json
from flows.article_images import article_images
from imaging.articles.article import Article
from imaging.kinds import Kind

async def two():
    article, only = Article(topic="Kaffee richtig lagern"), [Kind.HERO, Kind.COMPARISON, Kind.CARD]
    return await asyncio.gather(*(article_images(article, only=only) for _ in range(2)))

print(json.dumps([one.model_dump(mode="json") for one in asyncio.run(two())]))
"""


def test_four_runs_at_once_pay_once(world: World, prefect_api: str, tmp_path: Path) -> None:
    """Four runs of one article, two in each of two processes, make its pictures once; all four sets are whole."""
    environment = os.environ | {"PREFECT_API_URL": prefect_api}
    script = tmp_path / "two_runs.py"
    script.write_text(TWO_RUNS)
    command = [forking.python(), str(script)]
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    sets = [one for process in processes for one in json.loads(process.communicate()[0])]
    assert world.paid == (1, 2)
    assert [len([image for image in one["images"] if image["durable"]]) for one in sets] == [5] * 4
    assert sorted(one["cost_usd"] for one in sets) == [0] * 3 + [0.072]
    ids = [one["flow_run_id"] for one in sets]
    runs = httpx.post(f"{prefect_api}/flow_runs/filter", json={"flow_runs": {"id": {"any_": ids}}}).json()
    # Three of them have waited for the lock, and nobody took a waiting one for a dead one.
    assert [run["state"]["type"] for run in runs] == ["COMPLETED"] * 4
