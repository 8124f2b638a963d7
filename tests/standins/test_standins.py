"""The stand-ins when all is well, tried through the vendors' own client and plain HTTP."""

import io
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ReplicateError
from replicate.pagination import paginate

from . import ChutesStandin, ReplicateStandin

DEV = "black-forest-labs/flux-dev"
ULTRA = "black-forest-labs/flux-1.1-pro-ultra"
HERO = {"prompt": "milk", "aspect_ratio": "16:9", "output_format": "png", "safety_tolerance": 4, "raw": False}


def finished(client: Client, model: str, **given: Any) -> Any:
    prediction = client.models.predictions.create(model=model, input={"prompt": "milk", **given}, wait=False)
    prediction.wait()
    return prediction


def generate(chutes: ChutesStandin, path: str = "/chutes-qwen-image/generate", **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {chutes.api_key}"}
    return httpx.post(chutes.base_url + path, json={"prompt": "milk", **body}, headers=headers)


@pytest.mark.parametrize(
    ("model", "ratio", "extension", "size"),
    [
        (ULTRA, "16:9", "png", (2752, 1536)),
        (DEV, "1:1", "png", (1024, 1024)),
        (DEV, "9:16", "webp", (768, 1344)),
        (DEV, "16:9", "jpg", (1344, 768)),
    ],
)
def test_a_picture_has_the_size_and_format_that_were_asked_for(
    client: Client, model: str, ratio: str, extension: str, size: tuple[int, int]
) -> None:
    """What lies on the CDN is a real picture of the size the model makes, in the format asked for."""
    output = finished(client, model, aspect_ratio=ratio, output_format=extension).output
    url = output if model == ULTRA else output[0]
    answer = httpx.get(url)
    with Image.open(io.BytesIO(answer.content)) as picture:
        picture.load()
        assert picture.size == size
        assert answer.headers["content-type"] == picture.get_format_mimetype()
    assert url.endswith(f".{extension}")


def test_ultra_answers_with_a_string_and_dev_with_a_list(client: Client) -> None:
    """The two shapes of `output` differ by model, as they do at the vendor."""
    assert isinstance(finished(client, ULTRA, **HERO).output, str)
    assert len(finished(client, DEV, num_outputs=2).output) == 2


def test_no_two_pictures_are_the_same(client: Client) -> None:
    """The same prompt asked twice gives different bytes, and one URL always the same."""
    urls = [finished(client, DEV).output[0] for _ in range(2)]
    first, second, again = (httpx.get(url).content for url in (*urls, urls[0]))
    assert first != second
    assert first == again


def test_a_prediction_goes_through_its_states(replicate: ReplicateStandin, client: Client) -> None:
    """A prediction starts, is processed and succeeds, in this order, and has no output before that."""
    replicate.delay = 4000
    prediction = client.models.predictions.create(model=DEV, input={"prompt": "milk"}, wait=False)
    seen = []
    for _ in range(3):
        prediction.reload()
        seen.append((prediction.status, bool(prediction.output)))
        replicate.advance(2000)
    assert seen == [("starting", False), ("processing", False), ("succeeded", True)]


def test_a_version_is_as_good_as_a_model(replicate: ReplicateStandin, client: Client) -> None:
    """`POST /v1/predictions` finds the model by its version, and refuses a version it does not know."""
    client.predictions.create(version=DEV, input={"prompt": "milk"})
    with pytest.raises(ReplicateError) as refused:
        client.predictions.create(version="0" * 64, input={"prompt": "milk"})
    assert refused.value.status == 422
    assert replicate.counts() == {DEV: 1}


def test_the_list_is_newest_first_with_inputs_over_pages() -> None:
    """Every prediction can be found again in the list by its input, over all pages and back."""
    with ReplicateStandin(page_size=2) as replicate:
        client = Client(api_token=replicate.token, base_url=replicate.base_url)
        for number in range(5):
            client.models.predictions.create(model=DEV, input={"prompt": str(number)})
        pages = list(paginate(client.predictions.list))
        prompts = [[one.input["prompt"] for one in page] for page in pages]
        before = client.predictions.list(pages[-1].previous)
        client._client.close()
    assert prompts == [["4", "3"], ["2", "1"], ["0"]]
    assert [one.input["prompt"] for one in before] == ["2", "1"]
    assert pages[0].previous is None


def test_a_vendors_clock_may_be_off(replicate: ReplicateStandin, client: Client) -> None:
    """The times of predictions and the header of the list tell the same wrong time."""
    replicate.skew = timedelta(hours=-2)
    prediction = client.models.predictions.create(model=DEV, input={"prompt": "milk"}, wait=False)
    answer = httpx.get(f"{replicate.base_url}/v1/predictions", headers={"Authorization": f"Bearer {replicate.token}"})
    theirs = parsedate_to_datetime(answer.headers["date"])
    for moment in (theirs, datetime.fromisoformat(str(prediction.created_at))):
        assert timedelta(hours=1.9) < datetime.now(UTC) - moment < timedelta(hours=2.1)


def test_cancel_ends_what_is_running(replicate: ReplicateStandin, client: Client) -> None:
    """A canceled prediction stays canceled, has no output, and is counted as such."""
    replicate.delay = 60
    prediction = client.models.predictions.create(model=DEV, input={"prompt": "milk"}, wait=False)
    prediction.cancel()
    prediction.reload()
    assert (prediction.status, prediction.output) == ("canceled", None)
    assert [one.id for one in replicate.canceled] == [prediction.id]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"prompt": "milk", "aspect_ratio": "16:10"}, "aspect_ratio must be one of the following"),
        ({"prompt": "milk", "output_format": "webp"}, "output_format must be one of the following"),
        ({"prompt": "milk", "safety_tolerance": 9}, "Must be less than or equal to 6"),
        ({}, "prompt is required"),
    ],
)
def test_a_wrong_input_is_refused_and_not_paid(
    replicate: ReplicateStandin, client: Client, given: dict[str, Any], words: str
) -> None:
    """What the vendor's schema forbids is answered with 422 and its own words, and costs nothing."""
    with pytest.raises(ReplicateError) as refused:
        client.models.predictions.create(model=ULTRA, input=given)
    assert (refused.value.status, refused.value.title) == (422, "Input validation failed")
    assert words in str(refused.value.detail)
    assert replicate.paid == []


def test_a_wrong_token_is_refused_and_the_right_one_has_an_account(replicate: ReplicateStandin, client: Client) -> None:
    """Only the stand-in's own token is let in."""
    stranger = Client(api_token="r8_wrong", base_url=replicate.base_url)
    with pytest.raises(ReplicateError) as refused:
        stranger.accounts.current()
    stranger._client.close()
    assert (refused.value.status, refused.value.title) == (401, "Unauthenticated")
    assert client.accounts.current().username == "standin"


def test_a_token_sent_to_the_cdn_is_a_leak(replicate: ReplicateStandin, client: Client) -> None:
    """The CDN remembers who sent it credentials, and serves everyone who did not."""
    url = finished(client, DEV).output[0]
    httpx.get(url).raise_for_status()
    assert replicate.cdn.leaks == []
    client._client.get(url)
    assert len(replicate.cdn.leaks) == 1
    assert httpx.URL(url).netloc.decode() == replicate.download_host != replicate.host


def test_an_hour_later_the_output_is_gone(replicate: ReplicateStandin, client: Client) -> None:
    """After `expire` a prediction has neither input nor output, and its file is a 404."""
    prediction = finished(client, DEV)
    url = prediction.output[0]
    replicate.expire()
    prediction.reload()
    assert (prediction.status, prediction.output, prediction.input) == ("succeeded", None, {})
    assert httpx.get(url).status_code == 404


def test_chutes_draws_and_counts(chutes: ChutesStandin) -> None:
    """Each call is answered with another JPEG of the size asked for, and its body is counted as paid."""
    answers = [generate(chutes, width=512, height=768), generate(chutes, "/generate", width=512, height=768)]
    for answer in answers:
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (512, 768))
    assert answers[0].content != answers[1].content
    assert answers[0].headers["content-type"] == "image/jpeg"
    assert [one.slug for one in chutes.paid] == ["chutes-qwen-image", None]
    assert chutes.paid[0].body == {"prompt": "milk", "width": 512, "height": 768}


@pytest.mark.parametrize("body", [{"prompt": " "}, {"width": 4}, {"height": "1024"}, {"true_cfg_scale": "4"}])
def test_chutes_refuses_what_it_cannot_draw(chutes: ChutesStandin, body: dict[str, Any]) -> None:
    """A wrong body is a 400 with a detail, and costs nothing."""
    answer = generate(chutes, **body)
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert chutes.paid == []


def test_chutes_wants_its_key_and_knows_its_slugs() -> None:
    """Another key is a 401, a slug that does not exist a 404, and neither is paid for."""
    with ChutesStandin(slugs={"chutes-qwen-image"}) as chutes:
        url = chutes.slug_url.replace("{slug}", "chutes-qwen-image") + "/generate"
        assert httpx.post(url, json={"prompt": "milk"}).status_code == 401
        assert generate(chutes, "/chutes-other/generate").status_code == 404
        assert chutes.created() == 0


def test_fifty_at_once(replicate: ReplicateStandin, client: Client) -> None:
    """Fifty connections at the same time are each answered with their own prediction and picture."""

    def one(number: int) -> bytes:
        given = {"prompt": str(number), "output_format": "jpg"}
        with httpx.Client(headers={"Authorization": f"Bearer {replicate.token}"}) as http:
            made = http.post(f"{replicate.base_url}/v1/models/{DEV}/predictions", json={"input": given}).json()
            return httpx.get(http.get(made["urls"]["get"]).json()["output"][0]).content

    with ThreadPoolExecutor(50) as pool:
        pictures = set(pool.map(one, range(50)))
    assert len(pictures) == replicate.created("flux-dev") == 50


def test_by_hand() -> None:
    """`python -m` prints what to export, serves until Ctrl-C, and then says what was paid for."""
    package, root = __package__ or "", Path(__file__).parents[len((__package__ or "").split("."))]
    with subprocess.Popen(
        [sys.executable, "-m", package, "--delay", "0"], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        exported = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        url = exported["CHUTES_BASE_URL"].strip("'").replace("{slug}", "chutes-qwen-image") + "/generate"
        key = exported["CHUTES_API_KEY"]
        httpx.post(url, json={"prompt": "milk"}, headers={"Authorization": f"Bearer {key}"}).raise_for_status()
        os.kill(process.pid, signal.SIGTERM)
        rest = process.stdout.read()
    assert set(exported) == {
        *("REPLICATE_API_TOKEN", "REPLICATE_BASE_URL", "IMAGES_DOWNLOAD_HOSTS"),
        *("CHUTES_API_KEY", "CHUTES_BASE_URL"),
    }
    assert "chutes chutes-qwen-image: 1 paid" in rest
    assert process.returncode == 0
