"""Paid once: lost answers, kills and runs side by side."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import httpx
import pytest

from imaging.article import Article
from imaging.spec import Kind
from tests.conftest import EXAMPLES
from tests.flows.conftest import World, run_set

NINE = EXAMPLES / "laktoseintoleranz-und-laktase.md"
ARTICLE = Article(topic="Kaffee richtig lagern")
FIELDS = json.dumps({"topic": ARTICLE.topic})


@pytest.mark.parametrize("kind", ["reset_after", 502, "html", "truncated", "wrong_type", "empty"])
def test_a_create_whose_answer_is_lost_is_adopted(world: World, kind: str | int) -> None:
    """A prediction whose create was answered by a broken connection is found in the list, not paid for again."""
    world.replicate.fault("create", kind, times=1, paid=True)
    image_set = run_set(ARTICLE, [Kind.HERO])
    assert image_set.status == "complete", image_set.troubles
    assert len(world.replicate.paid) == 1


def test_an_answer_lost_for_good_is_adopted_by_the_next_run(world: World) -> None:
    """When the list cannot be read either, nothing is created on suspicion; the next run finds the prediction."""
    world.replicate.fault("create", "reset_after", times=1, paid=True)
    world.replicate.fault("list", 503, times=None)
    first = run_set(ARTICLE, [Kind.HERO])
    assert first.images[0].status == "failed"
    world.replicate.faults.clear()
    again = run_set(ARTICLE, [Kind.HERO])
    assert again.status == "complete"
    assert len(world.replicate.paid) == 1


def test_refresh_does_not_adopt_the_picture_it_replaces(world: World) -> None:
    """Right after a run, `refresh` creates another prediction although one with the same input is listed."""
    run_set(ARTICLE, [Kind.HERO])
    run_set(ARTICLE, [Kind.HERO], refresh=True)
    assert len(world.replicate.paid) == 2


def test_a_failed_prediction_of_an_earlier_run_is_replaced(world: World) -> None:
    """A prediction that failed is not asked for ever again: the next run creates one more, and only one."""
    world.replicate.fault("create", "failed", times=1)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    assert run_set(ARTICLE, [Kind.HERO]).status == "complete"
    assert len(world.replicate.paid) == 2


def start(prefect_api: str, *options: str) -> "subprocess.Popen[str]":
    """Start a run of FIELDS in a process of its own."""
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    process = subprocess.Popen(
        [sys.executable, str(script), "run", "-", "--json", *options],
        env=os.environ | {"PREFECT_API_URL": prefect_api},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(FIELDS)
    process.stdin.close()
    process.stdin = None  # else `communicate` would flush it
    return process


def test_a_killed_run_is_collected_not_paid_again(world: World, prefect_api: str) -> None:
    """After kill -9 while predictions are being made, the next run creates none and marks the killed one as crashed."""
    world.replicate.delay = 60.0
    process = start(prefect_api)
    while len(world.replicate.paid) < 3 and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    world.replicate.advance(120)
    world.replicate.delay = 0.0
    image_set = run_set(ARTICLE)
    assert image_set.status == "complete", image_set.troubles
    assert len(world.replicate.paid) == 3
    query = {"flow_runs": {"name": {"any_": ["default/kaffee-richtig-lagern"]}}, "sort": "START_TIME_DESC", "limit": 2}
    _, killed = httpx.post(f"{prefect_api}/flow_runs/filter", json=query).json()
    assert killed["state"]["type"] == "CRASHED"
    assert killed["state"]["message"].endswith(f"run {image_set.flow_run_id} took over")


FIVE_RUNS = f"""
import asyncio, json
from pathlib import Path
from flows.article_images import article_images
from imaging.article import parse_markdown

article = parse_markdown(Path({str(NINE)!r}).read_text())

async def five():
    return await asyncio.gather(*(article_images(article) for _ in range(5)))

print(json.dumps([one.model_dump(mode="json") for one in asyncio.run(five())]))
"""


def test_ten_runs_at_once_pay_once(world: World, prefect_api: str) -> None:
    """Ten runs of one article, five in each of two processes, make nine pictures once; all ten sets are whole."""
    environment = os.environ | {"PREFECT_API_URL": prefect_api}
    command = [sys.executable, "-c", FIVE_RUNS]
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    sets = [one for process in processes for one in json.loads(process.communicate()[0])]
    assert world.paid == (5, 2)
    assert [len([image for image in one["images"] if image["durable"]]) for one in sets] == [9] * 10
    assert sorted(one["cost_usd"] for one in sets) == [0] * 9 + [0.172]
    ids = [one["flow_run_id"] for one in sets]
    runs = httpx.post(f"{prefect_api}/flow_runs/filter", json={"flow_runs": {"id": {"any_": ids}}}).json()
    # Nine of them have waited for the lock, and nobody took a waiting one for a dead one.
    assert [run["state"]["type"] for run in runs] == ["COMPLETED"] * 10
