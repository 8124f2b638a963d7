"""Chutes: what is asked, what each answer means, and that nothing holds us up."""

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from blocks.configuration.settings import load_settings
from blocks.vendors import chutes as module
from blocks.vendors.chutes import Chutes, chutes_from
from imaging.errors import BadPicture, ImagesError, OutOfCredit, ProviderBusy, ProviderError, ProviderRefused
from imaging.spec import ImageSpec
from tests.blocks.hosts import FileHost
from tests.standins import ChutesStandin
from tests.standins.pictures import picture


def test_one_request_answers_with_the_picture(chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec) -> None:
    """The body is flat JSON with the prompt and the model's parameters, and the JPEG comes back as it is."""
    data = chutes.generate(comparison)
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (256, 256))
    (call,) = chutes_api.requests
    assert (call.method, call.path) == ("POST", "/chutes-qwen-image/generate")
    assert call.body == {
        "prompt": "a glass of milk",
        "width": 256,
        "height": 256,
        "num_inference_steps": 35,
        "true_cfg_scale": 4.0,
        "negative_prompt": "text",
    }
    assert call.headers["authorization"] == f"Bearer {chutes_api.api_key}"


@pytest.mark.parametrize("base", ["{url}", "{url}/", "{url}/{slug}/"])
def test_the_slug_stands_where_the_address_wants_it(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec, base: str
) -> None:
    """`{slug}` in the address is replaced, and an address without it is used as it is."""
    block = chutes.model_copy(update={"base_url": base.replace("{url}", chutes_api.base_url)})
    block.generate(comparison)
    assert chutes_api.requests[0].path == ("/chutes-qwen-image/generate" if "slug" in base else "/generate")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, ProviderRefused, "answered 400"),
        (401, ProviderRefused, "CHUTES_API_KEY was refused"),
        (402, ProviderRefused, "top it up"),
        (403, ProviderRefused, "CHUTES_API_KEY was refused"),
        (404, ProviderRefused, "No matching chute found"),
        (422, ProviderRefused, "answered 422"),
        (429, ProviderBusy, "infra_overload"),
        (500, ProviderBusy, "answered 500"),
        (502, ProviderBusy, "answered 502"),
        (503, ProviderBusy, "answered 503"),
    ],
)
def test_a_request_that_is_turned_down(
    chutes_api: ChutesStandin,
    chutes: Chutes,
    comparison: ImageSpec,
    *,
    status: int,
    kind: type[ProviderError],
    words: str,
) -> None:
    """Each status is told as what it is, in the vendor's words, after a single request."""
    chutes_api.fault("generate", status)
    with pytest.raises(kind, match=words) as refused:
        chutes.generate(comparison)
    assert chutes_api.api_key not in str(refused.value)
    assert (len(chutes_api.requests), chutes_api.created()) == (1, 0)


def test_a_throttled_request_says_when_to_come_back(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec
) -> None:
    """The seconds of a 429 reach the caller, who waits; nothing sleeps in here."""
    chutes_api.fault("generate", 429, retry_after=3600)
    with pytest.raises(ProviderBusy) as busy:
        chutes.generate(comparison)
    assert busy.value.retry_after == 3600


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("reset_before", {}),
        ("reset_after", {}),
        ("stall", {}),
        ("lost_answer", {}),
        ("truncated", {}),
        ("slow", {"bytes": 10, "seconds": 0.1}),
    ],
)
def test_a_lost_answer_is_not_asked_for_again(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec, kind: str, options: dict[str, Any]
) -> None:
    """What may have been paid for is told in time as lost, and as nothing that a retry would mend."""
    chutes_api.fault("generate", kind, **options)
    with pytest.raises(ProviderError, match="the answer of Chutes was lost") as lost:
        chutes.generate(comparison)
    assert not isinstance(lost.value, ProviderBusy)
    assert len(chutes_api.requests) == 1


def test_an_answer_without_end_is_no_picture(chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec) -> None:
    """No more is read than a picture may have."""
    patient = chutes.model_copy(update={"timeout": 60.0})
    chutes_api.fault("generate", "endless")
    with module._client(patient.timeout), pytest.raises(BadPicture, match="more than 67,108,864 bytes"):
        patient.generate(comparison)


@pytest.mark.parametrize(
    "body",
    [
        {"images": ["{}"], "message": "done"},
        {"image": "data:image/jpeg;base64,{}", "error": ""},
        {"data": [{"b64_json": "{}"}]},
        ["{}"],
    ],
)
def test_a_picture_within_json_is_taken_out(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec, body: Any
) -> None:
    """Slugs are configurable, and some models answer with Base64 in JSON, beside words that are no trouble: the picture
    was paid for.
    """
    jpeg = picture("milk", 64, 64, "jpg")
    encoded = base64.b64encode(jpeg).decode()
    chutes_api.fault("generate", "wrong_type", body=json.loads(json.dumps(body).replace("{}", encoded)))
    assert chutes.generate(comparison) == jpeg


@pytest.mark.parametrize("kind", ["empty", "wrong_type"])
def test_whether_bytes_are_a_picture_is_for_others_to_say(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec, kind: str
) -> None:
    """A 200 is returned as it came: the bytes are looked at where all pictures are."""
    chutes_api.fault("generate", kind)
    assert not chutes.generate(comparison).startswith(b"\xff\xd8")


def test_a_web_page_is_no_answer_of_the_vendors(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec
) -> None:
    """A proxy's page with 200 costs nothing and is not held against the picture; a retry is for the next run."""
    chutes_api.fault("generate", "html")
    with pytest.raises(ProviderError, match="a web page") as page:
        chutes.generate(comparison)
    assert (type(page.value), page.value.cost_usd) == (ProviderError, 0)


@pytest.mark.parametrize(
    ("kind", "options", "paid"),
    [
        ("lost_answer", {}, True),
        ("endless", {}, True),
        ("wrong_type", {"body": {"detail": "Blocked by our safety filters"}}, True),
        (400, {"detail": "Blocked by our safety filters"}, False),
        (500, {"detail": "NSFW content detected"}, False),
        (503, {}, False),
    ],
)
def test_an_error_says_what_was_paid_all_the_same(
    chutes_api: ChutesStandin,
    chutes: Chutes,
    comparison: ImageSpec,
    *,
    kind: str | int,
    options: dict[str, Any],
    paid: bool,
) -> None:
    """Where the vendor has made a picture, its price stands in the error; a prompt that is turned down is free."""
    chutes_api.fault("generate", kind, **options)
    spec = comparison.model_copy(update={"price_usd": 0.006})
    with module._client(chutes.timeout), pytest.raises(ImagesError) as error:
        chutes.generate(spec)
    assert error.value.cost_usd == (0.006 if paid else 0)


def test_words_are_no_picture_though_they_come_with_200(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec
) -> None:
    """An error that is answered with 200 is told as what it says."""
    chutes_api.fault("generate", "wrong_type", body={"detail": "Insufficient balance"})
    with pytest.raises(OutOfCredit, match="Insufficient balance"):
        chutes.generate(comparison)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9", "http://{slug}.invalid"])
def test_a_vendor_that_cannot_be_reached_is_worth_a_retry(comparison: ImageSpec, base_url: str) -> None:
    """Before a connection stands nothing was paid for."""
    with pytest.raises(ProviderBusy, match="cannot be reached: ConnectError"):
        Chutes(api_key="cpk_geheim", base_url=base_url).generate(comparison)


@pytest.mark.parametrize("base_url", ["nonsense", "http://[", "ftp://127.0.0.1"])
def test_an_address_that_is_none_is_a_provider_error(comparison: ImageSpec, base_url: str) -> None:
    """A wrong address ends one picture with a message, and not as paid for; not the run with a traceback."""
    with pytest.raises(ProviderError, match=r"check CHUTES_BASE_URL|ConnectError") as wrong:
        Chutes(api_key="cpk_geheim", base_url=base_url).generate(comparison)
    assert wrong.value.cost_usd == 0  # nothing went out


def test_the_key_stands_in_no_error_and_goes_to_no_other_host(
    chutes_api: ChutesStandin, chutes: Chutes, comparison: ImageSpec, files: FileHost
) -> None:
    """Not even a vendor that echoes the key gets it into a message, and a redirect does not carry it away."""
    for status in (400, 401, 402, 429, 500):
        chutes_api.fault("generate", status, detail=f"Invalid key {chutes_api.api_key}")
        with pytest.raises(ProviderError, match=r"Invalid key \*\*\*") as refused:
            chutes.generate(comparison)
        assert chutes_api.api_key not in str(refused.value) + repr(refused.value)
    assert chutes_api.api_key not in repr(chutes) + str(chutes)
    chutes_api.fault("generate", "redirect", location=files.page("/elsewhere"), status=307)
    with pytest.raises(ProviderRefused, match=r"answered 307 \(a redirect, .* check CHUTES_BASE_URL\)"):
        chutes.generate(comparison)
    assert not files.requests


def test_the_block_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key there is no block; with one it has what the variables say."""
    assert chutes_from(load_settings()) is None
    monkeypatch.setenv("CHUTES_API_KEY", "cpk_geheim")
    block = chutes_from(load_settings())
    assert block is not None
    assert (block.api_key.get_secret_value(), block.base_url) == ("cpk_geheim", "https://{slug}.chutes.ai")
