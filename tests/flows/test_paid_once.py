"""Paid once: lost answers, kills and runs side by side."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from flows.repair import repair
from imaging.articles.article import Article, Brand
from imaging.spec import Kind
from tests.conftest import EXAMPLES
from tests.standins import FalStandin
from tests.standins.predictions import NSFW
from tests.world import STARTED, World, run_set

NINE = EXAMPLES / "laktoseintoleranz-und-laktase.md"
ARTICLE = Article(topic="Kaffee richtig lagern")
FIELDS = json.dumps({"topic": ARTICLE.topic})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prediction that is not answered for is given up after a moment: it stays what was paid for."""
    monkeypatch.setenv("IMAGES_PREDICTION_TIMEOUT", "0.3")


@pytest.mark.parametrize(
    ("kinds", "hours"), [(["reset_after", 502, "html"], -2), (["truncated", "wrong_type", "empty"], 2)]
)
def test_a_create_whose_answer_is_lost_is_adopted(world: World, kinds: list[str | int], hours: int) -> None:
    """A prediction whose create was answered by nonsense or not at all is found in the list, whatever clocks say."""
    world.replicate.skew = timedelta(hours=hours)
    for kind in kinds:
        world.replicate.fault("create", kind, times=1, paid=True)
    world.replicate.fault("list", "wrong_type", times=2, body={"results": []})  # before the run, and a first look: late
    image_set = run_set(ARTICLE, [Kind.HERO, Kind.SOCIAL])
    assert image_set.status == "complete", image_set.troubles
    assert len(world.replicate.paid) == 3
    assert {image.note for image in image_set.images} == {None}


def test_an_answer_lost_for_good_is_adopted_by_the_next_run(world: World) -> None:
    """When the list cannot be read either, nothing is created on suspicion; the next run finds the prediction.

    It does not find the one of another tenant with the same topic, who asks for the very same picture meanwhile.
    """
    world.replicate.fault("create", "reset_after", times=1, paid=True)
    world.replicate.fault("list", 503, times=None)
    first = run_set(ARTICLE, [Kind.HERO])
    assert first.images[0].status == "failed"
    world.replicate.faults.clear()
    other = run_set(ARTICLE.model_copy(update={"user_id": "acme"}), [Kind.HERO])
    again = run_set(ARTICLE, [Kind.HERO])
    assert again.status == "complete"
    ids = [image_set.images[0].prediction_id for image_set in (again, other)]
    assert ids == [one.id for one in world.replicate.paid]


def test_a_file_that_does_not_answer_is_no_reason_to_pay(world: World) -> None:
    """Within its hour a prediction whose picture cannot be fetched is looked for again by each run."""
    world.replicate.fault("download", 403, times=None)
    assert [run_set(ARTICLE, [Kind.HERO]).status for _ in range(2)] == ["degraded", "degraded"]
    world.replicate.cdn.faults.clear()
    assert run_set(ARTICLE, [Kind.HERO]).status == "complete"
    assert len(world.replicate.paid) == 1


def test_refresh_does_not_adopt_the_picture_it_replaces(world: World) -> None:
    """Right after a run, `refresh` creates another prediction although one with the same input is listed."""
    run_set(ARTICLE, [Kind.HERO])
    run_set(ARTICLE, [Kind.HERO], refresh=True)
    assert len(world.replicate.paid) == 2


def test_a_failed_prediction_of_an_earlier_run_is_replaced(world: World) -> None:
    """A prediction that failed is not asked for ever again: the next run creates one more, and only one."""
    world.replicate.fault("create", "failed", times=1, error="ValueError: no such sampler")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    assert run_set(ARTICLE, [Kind.HERO]).status == "complete"
    assert len(world.replicate.paid) == 2


def test_a_refresh_that_did_not_end_is_resumed_by_the_next(world: World, impatient: None) -> None:
    """What a refresh has ordered and nobody has collected yet is collected by the next refresh, not ordered again."""
    run_set(ARTICLE, [Kind.HERO])
    world.replicate.fault("get", 500, times=None)
    assert run_set(ARTICLE, [Kind.HERO], refresh=True).images[0].status == "failed"
    world.replicate.faults.clear()
    image_set = run_set(ARTICLE, [Kind.HERO], refresh=True)
    assert [image_set.images[0].prediction_id] == [one.id for one in world.replicate.paid[1:]]


def test_a_picture_that_is_made_anew_says_so(world: World, impatient: None) -> None:
    """After its hour a prediction is made anew, once, and the image tells why, whichever run gets the picture."""
    world.replicate.fault("get", 500, times=None)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    (first,) = world.replicate.paid
    world.replicate.faults.clear()
    world.replicate.expire()
    world.replicate.fault("get", 500, times=None, match=lambda call: call.prediction_id != first.id)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    world.replicate.faults.clear()
    image_set = run_set(ARTICLE, [Kind.HERO])
    (image,) = image_set.images
    assert (image_set.status, len(world.replicate.paid)) == ("complete", 2)
    assert str(image.note).startswith(f"made anew, since an earlier one came to nothing: prediction {first.id} ")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].note == image.note


def test_a_moderated_picture_is_made_with_another_seed(world: World, impatient: None) -> None:
    """A refusal for what is shown leads to one more order, with another seed; a run that breaks off repeats neither."""
    plain = run_set(ARTICLE.model_copy(update={"user_id": "acme"}), [Kind.HERO]).images[0]
    world.replicate.fault("create", "nsfw", times=1)
    world.replicate.fault("get", 500, times=None, match=lambda call: "seed" in call.input)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "failed"
    world.replicate.faults.clear()
    (image,) = run_set(ARTICLE, [Kind.HERO]).images
    _, refused, seeded = world.replicate.paid
    assert seeded.input == {**refused.input, "seed": seeded.input["seed"]}
    assert image.note == f"made with seed {seeded.input['seed']}: prediction {refused.id} failed: {NSFW}"
    assert (image.status, image.prediction_id, image.cost_usd) == ("stored", seeded.id, plain.cost_usd)
    assert (image.key, image.prompt) == ("default/kaffee-richtig-lagern/hero.png", plain.prompt)
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "reused"


def test_a_picture_that_is_moderated_twice_comes_from_the_fallback(world: World) -> None:
    """With another seed refused too, the picture is painted and says why; later runs do not order the same again."""
    world.replicate.fault("create", "nsfw", times=None)
    for status in ("stored", "reused"):
        (image,) = run_set(ARTICLE, [Kind.HERO]).images
        assert (image.status, image.provider, len(world.replicate.paid)) == (status, "painter", 2)
        assert image.fallback_from == "replicate:black-forest-labs/flux-1.1-pro-ultra"
        assert str(image.error).startswith("with another seed too: prediction ")
        world.replicate.fault("get", 404, times=None)  # that its reason can no longer be read changes nothing
    world.replicate.faults.clear()
    assert run_set(ARTICLE, [Kind.HERO], refresh=True).images[0].status == "stored"


def test_a_prompt_that_is_moderated_is_asked_with_another_seed(world: World) -> None:
    """Both vendors may refuse at once; the one more try that passes is noted, and is all that is paid for."""
    world.replicate.fault("create", 422, times=1, detail=NSFW)
    world.chutes.fault("generate", 400, times=1, detail=NSFW)
    image_set = run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON])
    assert image_set.status == "complete", image_set.troubles
    notes = [str(image.note) for image in image_set.images if image.note]
    assert len(notes) == 2
    assert all(note.startswith("made with seed ") and NSFW in note for note in notes)
    assert world.paid == (1, 2)


def test_a_finished_article_is_not_paid_again_while_the_bucket_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records are on this machine too; the run without the bucket pays nothing, and is degraded all the same."""
    before = run_set(ARTICLE)
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    away = run_set(ARTICLE)
    assert [(image.status, image.sha256) for image in away.images] == [("reused", one.sha256) for one in before.images]
    assert (away.status, away.manifest_url) == ("degraded", None)
    assert world.paid == (3, 2)


def test_a_record_of_this_machine_does_not_win_over_a_newer_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another machine has made anew since counts: when `_results/` is gone, and after an outage and `repair`."""
    run_set(ARTICLE, [Kind.HERO])
    monkeypatch.setenv("IMAGES_DATA_DIR", str(world.folder / "another"))
    newer = run_set(ARTICLE, [Kind.HERO], refresh=True).images[0]
    monkeypatch.setenv("IMAGES_DATA_DIR", world.environment["IMAGES_DATA_DIR"])
    shutil.rmtree(world.bucket / "_results")
    again = run_set(ARTICLE, [Kind.HERO]).images[0]
    assert (again.status, again.sha256) == ("reused", newer.sha256)

    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    branded = ARTICLE.model_copy(update={"brand": Brand(color="#112233")})
    assert run_set(branded, [Kind.HERO, Kind.CARD]).status == "degraded"
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    assert repair() == {"repaired": 2, "left": 0}
    manifest = world.store.get_json("default/kaffee-richtig-lagern/manifest.json")
    assert manifest["images"][0]["sha256"] == newer.sha256
    assert world.paid == (2, 0)


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
    STARTED.append(process)
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


THREE_RUNS = f"""
import asyncio, json
from pathlib import Path
from flows.article_images import article_images
from imaging.articles.parsing import parse_markdown

article = parse_markdown(Path({str(NINE)!r}).read_text())

async def three():
    return await asyncio.gather(*(article_images(article) for _ in range(3)))

print(json.dumps([one.model_dump(mode="json") for one in asyncio.run(three())]))
"""


def test_six_runs_at_once_pay_once(world: World, prefect_api: str) -> None:
    """Six runs of one article, three in each of two processes, make nine pictures once; all six sets are whole."""
    environment = os.environ | {"PREFECT_API_URL": prefect_api}
    command = [sys.executable, "-c", THREE_RUNS]
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    sets = [one for process in processes for one in json.loads(process.communicate()[0])]
    assert world.paid == (5, 2)
    assert [len([image for image in one["images"] if image["durable"]]) for one in sets] == [9] * 6
    assert sorted(one["cost_usd"] for one in sets) == [0] * 5 + [0.172]
    ids = [one["flow_run_id"] for one in sets]
    runs = httpx.post(f"{prefect_api}/flow_runs/filter", json={"flow_runs": {"id": {"any_": ids}}}).json()
    # Five of them have waited for the lock, and nobody took a waiting one for a dead one.
    assert [run["state"]["type"] for run in runs] == ["COMPLETED"] * 6
