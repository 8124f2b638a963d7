"""Everything that can go wrong, as the real clients see it, and what it cost."""

import io
import json
import warnings
from typing import Any

import httpx
import pydantic.v1
import pytest
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ReplicateError

from . import ChutesStandin, ReplicateStandin

DEV = "black-forest-labs/flux-dev"
SOON = httpx.Timeout(30, read=0.3)
STATUSES = [400, 401, 402, 403, 404, 409, 422, 429, 500, 502, 503, 504]


def create(client: Client, **given: Any) -> Any:
    return client.models.predictions.create(model=DEV, input={"prompt": "milk", **given}, wait=False)


def generate(chutes: ChutesStandin, **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {chutes.api_key}"}
    url = f"{chutes.base_url}/chutes-qwen-image/generate"
    return httpx.post(url, json={"prompt": "milk"}, headers=headers, **options)


def picture_url(client: Client) -> str:
    prediction = create(client, output_format="png")
    prediction.wait()
    return str(prediction.output[0])


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_status_is_the_vendors_and_costs_nothing(
    replicate: ReplicateStandin, client: Client, chutes: ChutesStandin, status: int
) -> None:
    """Each status arrives with the vendor's own body, once, and nothing is paid for."""
    replicate.fault("create", status)
    chutes.fault("generate", status, detail="no")
    with pytest.raises(ReplicateError) as refused:
        create(client)
    assert (refused.value.status, bool(refused.value.detail)) == (status, True)
    answer = generate(chutes)
    assert (answer.status_code, answer.json()["detail"]) == (status, "no")
    assert (replicate.created(), chutes.created()) == (0, 0)
    create(client)
    assert generate(chutes).status_code == 200


def test_too_many_requests_says_when_to_come_back(replicate: ReplicateStandin, chutes: ChutesStandin) -> None:
    """A 429 carries its seconds in the header and in the body, and neither when told so."""
    chutes.fault("generate", 429, retry_after=7)
    chutes.fault("generate", 429, retry_after=None)
    first, second = generate(chutes), generate(chutes)
    assert (first.headers["retry-after"], first.json()["retry_after"]) == ("7", 7)
    assert "retry-after" not in second.headers
    assert "retry_after" not in second.json()


def test_a_late_502_may_have_been_paid(replicate: ReplicateStandin, client: Client) -> None:
    """With `paid=True` the vendor has done the work before it answers with an error."""
    replicate.fault("create", 502, paid=True)
    with pytest.raises(ReplicateError):
        create(client)
    assert replicate.created(DEV) == 1


@pytest.mark.parametrize(("kind", "paid"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_is_a_reset_on_the_socket(replicate: ReplicateStandin, client: Client, kind: str, paid: int) -> None:
    """The client sees ECONNRESET either way, and only the count tells whether money was spent."""
    replicate.fault("create", kind)
    with pytest.raises(httpx.ReadError, match="reset by peer"):
        create(client)
    assert replicate.created() == paid
    assert len(replicate.requests) == 1


@pytest.mark.parametrize(("kind", "paid"), [("stall", 0), ("lost_answer", 1)])
def test_silence_lasts_until_the_client_gives_up(chutes: ChutesStandin, kind: str, paid: int) -> None:
    """No byte comes back, and only the count tells whether money was spent."""
    chutes.fault("generate", kind)
    with pytest.raises(httpx.ReadTimeout):
        generate(chutes, timeout=SOON)
    assert chutes.created() == paid


def test_silence_may_end_by_itself(chutes: ChutesStandin) -> None:
    """After `seconds` the vendor hangs up without an answer."""
    chutes.fault("generate", "lost_answer", seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        generate(chutes)
    assert chutes.created() == 1


def test_a_lost_answer_is_found_in_the_list(replicate: ReplicateStandin, client: Client) -> None:
    """What was paid for and lost on the way can be found by its input."""
    replicate.fault("create", "reset_after")
    with pytest.raises(httpx.ReadError):
        create(client, seed=7)
    assert [one.input for one in client.predictions.list()] == [{"prompt": "milk", "seed": 7}]


def test_a_create_has_no_timeout_of_its_own(replicate: ReplicateStandin) -> None:
    """The client asks without any timeout unless told to wait: a stalled vendor would hold it for ever."""
    asked: list[Any] = []
    hooks = {"request": [lambda request: asked.append(request.extensions["timeout"]["read"])]}
    client = Client(api_token=replicate.token, base_url=replicate.base_url, event_hooks=hooks)
    create(client)
    client.models.predictions.create(model=DEV, input={"prompt": "milk"}, wait=True)
    client.predictions.list()
    client._client.close()
    assert asked == [None, 60.5, 30.0]


@pytest.mark.parametrize("kind", ["html", "wrong_type", "empty"])
def test_a_create_may_answer_nonsense(replicate: ReplicateStandin, client: Client, kind: str) -> None:
    """A page, JSON of another shape or nothing at all is no prediction."""
    replicate.fault("create", kind)
    with pytest.raises((json.JSONDecodeError, pydantic.v1.ValidationError)):
        create(client)
    assert replicate.created() == (0 if kind == "html" else 1)


def test_half_a_picture(replicate: ReplicateStandin, client: Client) -> None:
    """The body ends before the length that was promised."""
    url = picture_url(client)
    replicate.fault("download", "truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)


def test_a_body_without_end(replicate: ReplicateStandin, client: Client) -> None:
    """Bytes keep coming for as long as the client takes them."""
    url = picture_url(client)
    replicate.fault("download", "endless")
    taken = 0
    with httpx.stream("GET", url) as answer:
        for piece in answer.iter_bytes():
            taken += len(piece)
            if taken > 20_000_000:
                break
    assert taken > 20_000_000
    assert "content-length" not in answer.headers


def test_a_slow_picture_arrives_whole(replicate: ReplicateStandin, client: Client) -> None:
    """Drop by drop, and in the end the same bytes."""
    url = picture_url(client)
    replicate.fault("download", "slow", bytes=2000, seconds=0.01)
    assert httpx.get(url).content == httpx.get(url).content


def test_pictures_to_refuse(replicate: ReplicateStandin, client: Client, chutes: ChutesStandin) -> None:
    """The bomb is tiny and declares 30000 pixels a side, the polyglot is a picture, the SVG has a script."""
    url = picture_url(client)
    for kind in ("bomb", "polyglot", "svg"):
        replicate.fault("download", kind)
    bomb, polyglot, svg = (httpx.get(url) for _ in range(3))
    with warnings.catch_warnings(), pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(bomb.content))
    assert len(bomb.content) < 200
    with Image.open(io.BytesIO(polyglot.content)) as picture:
        picture.load()
    assert polyglot.content.endswith(b"</html>")
    assert (svg.headers["content-type"], b"<script>" in svg.content) == ("image/svg+xml", True)
    chutes.fault("generate", "svg", content_type="image/jpeg")
    assert generate(chutes).headers["content-type"] == "image/jpeg"


def test_redirects_may_be_a_chain_a_loop_or_lead_away(replicate: ReplicateStandin, client: Client) -> None:
    """Three redirects end in the picture, endless ones never, and a location may be anywhere."""
    url = picture_url(client)
    replicate.fault("download", "redirect", location="http://169.254.169.254/")
    assert httpx.get(url).headers["location"] == "http://169.254.169.254/"
    replicate.fault("download", "redirect", times=3)
    chain = httpx.get(url, follow_redirects=True)
    assert (len(chain.history), chain.status_code) == (3, 200)
    replicate.fault("download", "redirect", times=None)
    with pytest.raises(httpx.TooManyRedirects):
        httpx.get(url, follow_redirects=True)


def test_faults_fire_in_order_where_they_fit(replicate: ReplicateStandin, client: Client) -> None:
    """The first fault that fits fires; one aimed elsewhere waits; a refusal uses no outcome."""
    square = replicate.fault("create", 500, match=lambda call: call.input.get("aspect_ratio") == "1:1")
    replicate.fault("create", 400)
    replicate.fault("create", "failed")
    with pytest.raises(ReplicateError, match="400"):
        create(client, aspect_ratio="9:16")
    failed = create(client, aspect_ratio="9:16")
    failed.wait()
    assert (failed.status, square.fired) == ("failed", 0)
    with pytest.raises(ReplicateError, match="500"):
        create(client, aspect_ratio="1:1")
    replicate.faults.clear()
    create(client, aspect_ratio="1:1")


def test_a_poll_is_retried_inside_the_client(replicate: ReplicateStandin, client: Client) -> None:
    """The client repeats a GET that met 503 or 429, and never a POST."""
    replicate.fault("get", 503, times=2)
    prediction = create(client)
    prediction.reload()
    assert prediction.status == "succeeded"
    assert [call.where for call in replicate.requests] == ["create", "get", "get", "get"]


def test_a_misspelt_fault_is_refused(replicate: ReplicateStandin) -> None:
    """A fault that could never fire is an error in the test, and said at once."""
    for where, kind in (("creat", 500), ("create", "rest_after"), ("get", "nsfw"), ("generate", 500)):
        with pytest.raises(ValueError, match="is none of"):
            replicate.fault(where, kind)


def test_leaving_does_not_wait_for_a_stalled_client() -> None:
    """At the end of the block the connection is cut, however long the fault would have lasted."""
    with ChutesStandin() as chutes, httpx.Client() as http:
        chutes.fault("generate", "stall")
        with pytest.raises(httpx.ReadTimeout):
            http.post(f"{chutes.base_url}/generate", json={}, timeout=SOON)
        http.get(f"{chutes.base_url}/")  # and one that is idle
    with pytest.raises(httpx.ConnectError):
        httpx.get(chutes.base_url)
