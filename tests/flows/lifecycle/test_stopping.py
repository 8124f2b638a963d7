"""Stopped politely: a signal ends a run within seconds, and what it leaves behind tells the truth."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.states import Pending

from flows.article_images import article_images
from imaging.kinds import Kind
from tests import ROOT, forking
from tests.flows.runs import ARTICLE, start
from tests.reliability.harness.gate import Gate
from tests.reliability.harness.s3_proxy import S3Proxy
from tests.world import World, run_set

PATIENCE = 120  # seconds
MANIFEST = "default/kaffee-richtig-lagern/manifest.json"


def until(process: "subprocess.Popen[str]", holds: Callable[[], object]) -> None:
    """Wait until something holds, or the process has ended."""
    deadline = time.monotonic() + PATIENCE
    while not holds() and process.poll() is None:
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def last_state(prefect_api: str) -> dict[str, str]:
    """The state of the flow run that was started last; those that a schedule expects have no start time."""
    query = {"flow_runs": {"start_time": {"is_null_": False}}, "sort": "START_TIME_DESC", "limit": 1}
    state: dict[str, str] = httpx.post(f"{prefect_api}/flow_runs/filter", json=query).json()[0]["state"]
    return state


def state_of(prefect_api: str, run: str) -> str:
    return str(httpx.get(f"{prefect_api}/flow_runs/{run}").json()["state"]["type"])


def statuses(manifest: Any) -> dict[str, tuple[str, str | None]]:
    return {image["name"]: (image["status"], image["error"]) for image in manifest["images"]}


def test_a_signal_ends_the_run_and_nothing_is_lost(world: World, prefect_api: str) -> None:
    """While predictions take a minute the run ends at once; manifest and state say so; the next run collects."""
    number = signal.SIGINT
    world.replicate.delay = 60.0
    process = start(prefect_api)
    until(process, lambda: len(world.replicate.paid) == 3 and len(world.objects()) == 4)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert (out, ["stopped by" in line for line in err.splitlines()].count(True)) == ("", 1)
    assert f"stopped by {number.name}" in err.splitlines()[-1]
    state = last_state(prefect_api)
    assert state["type"] == "CANCELLED"
    assert state["message"].startswith(f"stopped by {number.name}; the manifest says what is stored;")
    missing = ("failed", f"stopped by {number.name}; run again to collect it")
    assert statuses(world.store.get_json(MANIFEST)) == {
        **dict.fromkeys(["hero", "instagram", "tiktok"], missing),
        **dict.fromkeys(["comparison-juggernautxl", "comparison-qwen-image", "linkedin", "facebook"], ("stored", None)),
    }
    world.replicate.advance(120)
    world.replicate.delay = 0.0
    assert run_set(ARTICLE).status == "complete"
    assert len(world.replicate.paid) == 3


def test_what_is_cancelled_is_made_anew(world: World, prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With IMAGES_ON_STOP=cancel every prediction in flight is cancelled at the vendor; the next run orders it anew."""
    monkeypatch.setenv("IMAGES_ON_STOP", "cancel")
    world.replicate.delay = 60.0
    process = start(prefect_api, "--only", "hero,social,card")
    until(process, lambda: len(world.replicate.paid) == 3 and len(world.objects()) == 2)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert "3 of 3 predictions cancelled" in err
    assert len(world.replicate.canceled) == 3
    assert statuses(world.store.get_json(MANIFEST))["hero"] == ("failed", "stopped by SIGTERM; run again to make it")
    world.replicate.delay = 0.0
    assert run_set(ARTICLE, [Kind.HERO, Kind.SOCIAL]).status == "complete"
    assert len(world.replicate.paid) == 6


def test_a_stopped_refresh_leaves_no_entry_for_bytes_that_are_gone(world: World, prefect_api: str) -> None:
    """What a stopped refresh has overwritten is described anew, what it has not keeps its entry: both as they lie."""
    before = {image.name: image for image in run_set(ARTICLE, [Kind.HERO, Kind.SOCIAL]).images}
    world.replicate.delay = 60.0
    process = start(prefect_api, "--refresh", "--only", "hero,social")
    until(process, lambda: len(world.replicate.paid) == 6)
    hero_before = world.objects()["default/kaffee-richtig-lagern/hero.png"]
    next(one for one in world.replicate.paid[3:] if one.model.endswith("ultra")).advance(120)
    until(process, lambda: world.objects()["default/kaffee-richtig-lagern/hero.png"] != hero_before)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    after = {image["name"]: image for image in world.store.get_json(MANIFEST)["images"]}
    for image in after.values():
        stored = (world.bucket / image["key"]).read_bytes()
        assert image["sha256"] == hashlib.sha256(stored).hexdigest(), image["name"]
    assert after["hero"]["sha256"] != before["hero"].sha256
    assert after["tiktok"]["sha256"] == before["tiktok"].sha256


@pytest.fixture
def bucket_and_run(
    world: World, prefect_api: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[S3Proxy, "subprocess.Popen[str]"]]:
    """A run whose cards are stored and whose hero is ordered when the bucket begins to hang."""
    with S3Proxy(world.environment["B2_ENDPOINT"].removeprefix("http://")) as bucket:
        monkeypatch.setenv("B2_ENDPOINT", f"http://{bucket.host}")
        world.replicate.delay = 60.0
        process = start(prefect_api, "--only", "hero,card")
        until(process, lambda: len(world.replicate.paid) == 1 and len(world.objects()) == 2)
        bucket.fail("stall")
        yield bucket, process


def test_a_bucket_that_hangs_does_not_hold_up_the_stop(
    world: World, prefect_api: str, bucket_and_run: tuple[S3Proxy, "subprocess.Popen[str]"]
) -> None:
    """Where the bucket does not answer there is no manifest; the process says so, ends, and the state is told."""
    _, process = bucket_and_run
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "no manifest" in err
    assert last_state(prefect_api)["type"] == "CANCELLED"
    assert world.store.get(MANIFEST) is None


@pytest.mark.parametrize(
    ("request_line", "number"),
    [
        (b"POST /api/flow_runs/ ", signal.SIGTERM),  # the run is being created
        (b"/block_documents/", signal.SIGINT),  # its first statement, before anything is loaded
        (b"GET /v1/predictions", signal.SIGTERM),  # the vendor is looked at, and nothing is ordered yet
    ],
)
def test_a_signal_before_the_first_order(
    world: World, prefect_api: str, monkeypatch: pytest.MonkeyPatch, request_line: bytes, number: signal.Signals
) -> None:
    """Whatever a run is just about when the signal comes, nothing is ordered, and its state says what ended it."""
    host, vendor = prefect_api.removeprefix("http://").removesuffix("/api"), world.replicate.base_url
    with Gate(host) as api, Gate(vendor.removeprefix("http://").split("/")[0]) as replicate:
        monkeypatch.setenv("REPLICATE_BASE_URL", f"http://{replicate.host}")
        process = start(f"http://{api.host}/api")
        api.heard = replicate.heard = once(request_line, lambda: process.send_signal(number))
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (128 + number, "")
    assert f"stopped by {number.name}" in err
    assert world.paid == (0, 0)
    state = last_state(prefect_api)
    assert (state["type"], state["message"]) == ("CANCELLED", f"stopped by {number.name}")


@pytest.mark.parametrize("request_line", [b"GET /api/flow_runs/", b"/set_state "])
def test_a_signal_before_a_deployments_run_has_begun(
    world: World, prefect_api: str, api: SyncPrefectClient, request_line: bytes
) -> None:
    """The command that a worker starts cancels its run by its id, although its code may not be loaded yet."""
    python = forking.python() if b"set_state" in request_line else sys.executable  # the flow's code is loaded by then
    run = api.create_flow_run(article_images, parameters={"article": {"topic": ARTICLE.topic}}, state=Pending())
    with Gate(prefect_api.removeprefix("http://").removesuffix("/api")) as gate:
        variables = {
            "PREFECT_API_URL": f"http://{gate.host}/api",
            "PREFECT__FLOW_RUN_ID": str(run.id),
            "PREFECT__FLOW_ENTRYPOINT": f"{ROOT / 'flows/article_images.py'}:article_images",
        }
        process = subprocess.Popen([python, "-m", "flows.lifecycle.run_engine"], env=os.environ | variables)
        gate.heard = once(request_line, process.terminate)
        assert process.wait(PATIENCE) == 143
    state = api.read_flow_run(run.id).state
    assert state is not None
    assert (state.type, state.message) == (StateType.CANCELLED, "stopped by SIGTERM")
    assert world.paid == (0, 0)


def once(words: bytes, act: Callable[[], object]) -> Callable[[bytes], None]:
    """What acts when it first hears the words."""
    heard: list[bytes] = []

    def listen(piece: bytes) -> None:
        if words in piece and not heard:
            heard.append(words)
            act()

    return listen


def test_a_second_signal_ends_the_process_at_once(bucket_and_run: tuple[S3Proxy, "subprocess.Popen[str]"]) -> None:
    """While a stop waits for a bucket that hangs, another signal ends the process before it can say anything."""
    bucket, process = bucket_and_run
    before = len(bucket.requests)
    process.send_signal(signal.SIGINT)
    until(process, lambda: len(bucket.requests) > before)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, "stopped by" in err, "Traceback" in err) == (130, False, False)


PUBLISH = """
import asyncio
from prefect import flow
from prefect.runtime import flow_run
from flows.article_images import article_images
from imaging.articles.article import Article
from imaging.kinds import Kind

@flow
async def publish():
    print(flow_run.id, flush=True)
    cards = article_images(Article(topic="A"), only=[Kind.CARD])
    await asyncio.gather(cards, *(article_images(Article(topic=topic), only=[Kind.HERO]) for topic in "BC"))

asyncio.run(publish())
"""


def test_runs_side_by_side_are_all_stopped_and_so_is_their_caller(
    world: World, prefect_api: str, tmp_path: Path
) -> None:
    """A signal stops every run of a process, although one has ended, and the flow that has called them."""
    world.replicate.delay = 60.0
    environment = os.environ | {"PREFECT_API_URL": prefect_api}
    pipes: dict[str, Any] = dict.fromkeys(["stdout", "stderr"], subprocess.PIPE)
    script = tmp_path / "publish.py"
    script.write_text(PUBLISH)
    process = subprocess.Popen([forking.python(), str(script)], env=environment, text=True, **pipes)
    until(process, lambda: len(world.replicate.paid) == 2 and "default/a/manifest.json" in world.objects())
    first = str(world.store.get_json("default/a/manifest.json")["flow_run_id"])
    until(process, lambda: state_of(prefect_api, first) == "COMPLETED")
    time.sleep(2)  # Prefect has reset the handlers at the end of A; they are ours again within a second
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert all(f"article-images: default/{slug}: stopped by SIGTERM" in err for slug in "bc"), err
    manifests = [world.store.get_json(f"default/{slug}/manifest.json") for slug in "abc"]
    assert [image["status"] for one in manifests for image in one["images"]] == ["stored", "stored", "failed", "failed"]
    ids = [out.strip(), *(one["flow_run_id"] for one in manifests)]
    assert [state_of(prefect_api, run) for run in ids] == ["CANCELLED", "COMPLETED", "CANCELLED", "CANCELLED"]
