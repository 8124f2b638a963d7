"""Replicate: what is asked, what each answer means, and that nothing holds us up."""

import gc
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.configuration.settings import load_settings
from blocks.vendors import replicate as module
from blocks.vendors.replicate import Replicate, replicate_from
from imaging.errors import (
    ConfigurationError,
    Moderated,
    NotAccepted,
    NotDelivered,
    OutOfCredit,
    PredictionEnded,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    Throttled,
)
from imaging.spec import ImageSpec
from tests.blocks.hosts import FileHost
from tests.standins import ReplicateStandin
from tests.standins.models import MODELS
from tests.standins.predictions import NSFW


def test_create_answers_at_once_with_the_id(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """A create does not wait for the picture: one request, the vendor's real body, and the id back."""
    replicate_api.delay = 4000
    prediction_id = replicate.create(hero)
    (call,) = replicate_api.requests
    assert (call.method, call.path) == ("POST", "/v1/models/black-forest-labs/flux-1.1-pro-ultra/predictions")
    assert call.body == {
        "input": {
            "prompt": "a glass of milk",
            "aspect_ratio": "16:9",
            "output_format": "png",
            "safety_tolerance": 4,
            "raw": False,
        }
    }
    assert "prefer" not in call.headers
    assert call.headers["authorization"] == f"Bearer {replicate_api.token}"
    assert [one.id for one in replicate_api.paid] == [prediction_id]
    assert replicate_api.paid[0].status == "starting"


def test_a_model_may_be_pinned_to_a_version(
    replicate_api: ReplicateStandin, replicate: Replicate, supporting: ImageSpec
) -> None:
    """`owner/name:version` asks for exactly that version."""
    version = MODELS[supporting.model].version
    replicate.create(supporting.model_copy(update={"model": f"{supporting.model}:{version}"}))
    (call,) = replicate_api.requests
    assert (call.path, call.body["version"]) == ("/v1/predictions", version)
    assert replicate_api.created("flux-dev") == 1


def test_a_picture_comes_as_a_string_or_as_a_list(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, supporting: ImageSpec
) -> None:
    """Ultra answers with one address, Dev with a list; both give the address of the first picture."""
    for spec in (hero, supporting):
        prediction_id = replicate.create(spec)
        assert replicate.collect(prediction_id) == f"{replicate_api.cdn.base_url}/xezq/{prediction_id}/out-0.png"


def test_collect_polls_until_the_end(replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec) -> None:
    """Starting and processing are waited through."""
    replicate_api.delay = 0.3
    assert replicate.collect(replicate.create(hero)).endswith("out-0.png")
    assert len([call for call in replicate_api.requests if call.where == "get"]) > 2


@pytest.mark.parametrize(
    ("outcome", "options", "words"),
    [
        ("failed", {}, "failed: Prediction interrupted; please retry"),
        ("failed", {"error": "x" * 999}, "failed: " + "x" * 300),
        ("failed", {"error": None}, "failed"),
        ("canceled", {}, "canceled"),
        ("aborted", {}, "aborted"),
        ("gone", {}, "its output holds no picture"),
    ],
)
def test_a_prediction_that_ended_without_a_picture(
    replicate_api: ReplicateStandin,
    replicate: Replicate,
    hero: ImageSpec,
    *,
    outcome: str,
    options: dict[str, Any],
    words: str,
) -> None:
    """Failed, canceled, aborted and empty predictions are over: only a new one helps, and the reason is told."""
    replicate_api.fault("create", outcome, **options)
    prediction_id = replicate.create(hero)
    with pytest.raises(PredictionEnded, match=f"^prediction {prediction_id} ") as ended:
        replicate.collect(prediction_id)
    assert words in str(ended.value)
    assert len(str(ended.value)) < 400


@pytest.mark.parametrize("output", [None, "", " ", [], [None], [""], {}, {"images": []}, {"text": "no"}, 7])
def test_a_prediction_that_succeeded_with_nothing(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, output: Any
) -> None:
    """That is how a filter answers: nothing will ever come of it, and another seed may bring a picture."""
    replicate_api.fault("create", "output", output=output)
    with pytest.raises(NotDelivered, match=r"succeeded but its output holds no picture$"):
        replicate.collect(replicate.create(hero))


@pytest.mark.parametrize(
    "output",
    ["{}", ["{}"], ["", "{}"], {"images": ["{}"]}, {"image": {"url": "{}"}}, [{"seed": 7, "type": "png", "url": "{}"}]],
)
@pytest.mark.parametrize("address", ["https://example.com/a.png", "DATA:image/png;base64,AAAA"])
def test_an_address_is_found_in_any_output(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, output: Any, address: str
) -> None:
    """A string, a list, an object: the first address or data: URI in it is the picture's."""
    filled = json.loads(json.dumps(output).replace("{}", address))
    replicate_api.fault("create", "output", output=filled)
    assert replicate.collect(replicate.create(hero)) == address


@pytest.mark.parametrize(
    "words",
    [
        "Your request was rejected by the safety system.",
        NSFW,
        "The input or output was flagged as sensitive. Please try again. (E005)",
    ],
)
def test_a_moderated_prediction(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, words: str
) -> None:
    """A picture that was refused for what it shows is told apart: the same again is no use, another seed may be."""
    replicate_api.fault("create", "nsfw", error=words)
    with pytest.raises(Moderated, match=r"^prediction .* failed: ") as refused:
        replicate.collect(replicate.create(hero))
    assert words in str(refused.value)


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_moderated_create(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, status: int
) -> None:
    """A prompt may be refused at once, which costs nothing."""
    replicate_api.fault("create", status, detail=NSFW)
    with pytest.raises(Moderated, match=f"answered {status}: NSFW content"):
        replicate.create(hero)
    assert replicate_api.created() == 0


def test_a_prediction_is_gone_after_an_hour(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """A prediction whose output was deleted, or that nobody knows any more, is over."""
    prediction_id = replicate.create(hero)
    replicate_api.expire()
    with pytest.raises(PredictionEnded, match="its output holds no picture"):
        replicate.collect(prediction_id)
    with pytest.raises(PredictionEnded, match="prediction unknown is gone"):
        replicate.collect("unknown")


def test_a_prediction_that_does_not_end(replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec) -> None:
    """After the timeout we stop waiting, and do not take it for ended: its picture may still come."""
    replicate_api.fault("create", "stuck")
    impatient = replicate.model_copy(update={"timeout": 0.2})
    with pytest.raises(ProviderError, match=r"is processing after 0\.2 s") as late:
        impatient.collect(replicate.create(hero))
    assert not isinstance(late.value, PredictionEnded)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, ProviderRefused), (401, ProviderRefused), (402, OutOfCredit), (403, ProviderRefused),
     (404, ProviderRefused), (422, ProviderRefused), (409, ProviderBusy), (429, Throttled), (500, ProviderBusy),
     (502, ProviderBusy), (503, ProviderBusy)],
)  # fmt: skip
def test_a_create_that_is_turned_down(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, status: int, kind: type[ProviderError]
) -> None:
    """Each status is told as what it is, after a single request: a create is not repeated down here."""
    replicate_api.fault("create", status)
    with pytest.raises(kind, match=f"^Replicate answered {status}: ") as refused:
        replicate.create(hero)
    assert type(refused.value).__mro__[1] in {ProviderError, ProviderRefused, ProviderBusy, NotAccepted}
    assert len(replicate_api.requests) == 1
    assert replicate_api.created() == 0


@pytest.mark.parametrize(("retry_after", "seconds"), [(3600, 3600), (None, None)])
def test_a_throttled_create_says_when_to_come_back(
    replicate_api: ReplicateStandin,
    replicate: Replicate,
    hero: ImageSpec,
    retry_after: int | None,
    seconds: float | None,
) -> None:
    """The seconds of a 429 reach the caller, who waits; nothing sleeps in here."""
    replicate_api.fault("create", 429, retry_after=retry_after)
    with pytest.raises(ProviderBusy) as busy:
        replicate.create(hero)
    assert busy.value.retry_after == seconds


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("html", {}),
        ("empty", {}),
        ("redirect", {}),
        ("wrong_type", {}),
        ("wrong_type", {"body": [1]}),
        ("wrong_type", {"body": None}),
        ("wrong_type", {"body": "text"}),
        ("wrong_type", {"body": {"id": None}}),
        ("truncated", {}),
        ("endless", {}),
        ("slow", {"bytes": 1, "seconds": 0.1}),
        ("reset_before", {}),
        ("reset_after", {}),
        ("stall", {}),
        ("lost_answer", {}),
    ],
)
def test_a_create_whose_answer_does_not_arrive(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, kind: str, options: dict[str, Any]
) -> None:
    """Nonsense, broken connections and silence are passing trouble, told in time and after one request."""
    replicate_api.fault("create", kind, **options)
    with pytest.raises(ProviderBusy, match="Replicate"):
        replicate.create(hero)
    assert len(replicate_api.requests) == 1


def test_a_create_nobody_listens_to(replicate_api: ReplicateStandin, hero: ImageSpec) -> None:
    """An API that is down is passing trouble."""
    nobody = Replicate(api_token="r8_geheim", base_url="http://127.0.0.1:9")
    with pytest.raises(ProviderBusy, match="cannot be reached: ConnectError"):
        nobody.create(hero)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (429, {"retry_after": None}),
        (500, {}),
        (503, {}),
        ("html", {}),
        ("empty", {}),
        ("wrong_type", {}),
        ("wrong_type", {"body": [1]}),
        ("wrong_type", {"body": {"status": "aborted"}}),
        ("truncated", {}),
        ("endless", {}),
        ("reset_after", {}),
        ("stall", {}),
    ],
)
def test_a_hiccup_while_polling_ends_nothing(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, kind: str | int, options: dict[str, Any]
) -> None:
    """What is paid for goes on while the API has trouble: the picture is collected, and nothing is created anew."""
    replicate_api.fault("get", kind, **options)
    assert replicate.collect(replicate.create(hero)).endswith("out-0.png")
    assert replicate_api.created() == 1


def test_a_poll_that_is_never_answered_ends_with_the_timeout(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """Only the deadline ends our patience, an hour of Retry-After ends it at once, and neither is an end."""
    impatient = replicate.model_copy(update={"timeout": 0.2})
    prediction_id = replicate.create(hero)
    replicate_api.fault("get", 500, times=None)
    with pytest.raises(ProviderError, match=r"is unknown after 0\.2 s: Replicate answered 500"):
        impatient.collect(prediction_id)
    replicate_api.faults.clear()
    replicate_api.fault("get", 429, times=None, retry_after=3600)
    with pytest.raises(ProviderError, match="answered 429") as late:
        replicate.collect(prediction_id)
    assert not isinstance(late.value, PredictionEnded)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_poll_that_is_refused_is_no_end(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, status: int
) -> None:
    """With a token that is refused the prediction still stands: it must not be taken for gone and paid again."""
    prediction_id = replicate.create(hero)
    replicate_api.fault("get", status)
    with pytest.raises(ProviderRefused, match=f"answered {status}"):
        replicate.collect(prediction_id)


def test_a_status_of_the_future_is_waited_through(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """A status that nobody knows yet is no end, after which a new prediction would be paid for."""
    prediction_id = replicate.create(hero)
    body = replicate_api.paid[0].json(replicate_api.base_url, replicate_api.cdn.base_url) | {"status": "queued"}
    replicate_api.fault("get", "wrong_type", body=body)
    assert replicate.collect(prediction_id).endswith("out-0.png")


@pytest.mark.parametrize("base_url", ["{url}", "{url}/"])
def test_a_good_token_passes(replicate_api: ReplicateStandin, replicate: Replicate, base_url: str) -> None:
    """The token is tried on the list, which costs nothing."""
    url = base_url.replace("{url}", replicate_api.base_url)
    replicate.model_copy(update={"base_url": url}).check_token()
    assert [call.where for call in replicate_api.requests] == ["list"]
    assert replicate_api.created() == 0


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_a_configuration_error(
    replicate_api: ReplicateStandin, replicate: Replicate, status: int
) -> None:
    """The message names the variable and the mend."""
    replicate_api.fault("list", status)
    with pytest.raises(ConfigurationError, match="REPLICATE_API_TOKEN was refused: set a valid one"):
        replicate.check_token()


@pytest.mark.parametrize(
    "kind", [402, 404, 429, 500, 503, "html", "wrong_type", "empty", "redirect", "reset_before", "stall", "endless"]
)
def test_other_trouble_says_nothing_about_the_token(
    replicate_api: ReplicateStandin, replicate: Replicate, kind: str | int
) -> None:
    """Trouble that may have passed when it matters does not stop a run, nor hold it up."""
    replicate_api.fault("list", kind)
    replicate.check_token()
    assert len(replicate_api.requests) == 1


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9", "http://nowhere.invalid", "nonsense", "http://["])
def test_an_address_that_nobody_answers_says_nothing_about_the_token(base_url: str) -> None:
    """Where there is no API the token is not refused either."""
    Replicate(api_token="r8_geheim", base_url=base_url).check_token()


def test_the_token_stands_in_no_error(replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec) -> None:
    """Not even a vendor that echoes the token gets it into a message, nor into what the block says of itself."""
    token = replicate_api.token
    prediction_id = replicate.create(hero)
    for status in (400, 401, 402, 403, 404, 422, 429, 500):
        replicate_api.faults.clear()
        for where in ("create", "get", "list"):
            replicate_api.fault(where, status, detail=f"Invalid token {token}", retry_after=3600)
        calls: list[Callable[[], object]] = [lambda: replicate.create(hero), lambda: replicate.collect(prediction_id)]
        for call in [*calls, replicate.check_token] if status in {401, 403} else calls:
            with pytest.raises((ProviderError, ConfigurationError), match=r"Invalid token \*\*\*") as told:
                call()
            assert token not in str(told.value) + repr(told.value)
    assert token not in repr(replicate) + str(replicate)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_the_token_nowhere(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, files: FileHost, status: int
) -> None:
    """No call of the API is sent on to another host, and being sent on ends no prediction."""
    prediction_id = replicate.create(hero)
    for where in ("create", "get", "list"):
        replicate_api.fault(where, "redirect", times=2, location=files.page("/elsewhere"), status=status)
    with pytest.raises(ProviderBusy):
        replicate.create(hero)
    with pytest.raises(ProviderBusy):
        list(replicate.find(hero, datetime.now(UTC)))
    replicate.check_token()
    assert replicate.collect(prediction_id).endswith("out-0.png")
    assert not files.requests


def test_the_environment_does_not_lead_a_saved_block_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that names no address means Replicate's own, whatever REPLICATE_BASE_URL says to the package."""
    monkeypatch.setenv("REPLICATE_BASE_URL", "http://127.0.0.1:9")
    with Replicate(api_token="r8_geheim")._client._client as client:
        assert client.base_url == "https://api.replicate.com"
    module._client.cache_clear()


def test_threads_share_one_client(replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec) -> None:
    """Many first calls at once leave no client behind with open sockets, which is a warning and so a failure."""
    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(replicate.create, [hero] * 16))
        clients = {id(client) for client in pool.map(lambda _: replicate._client._client, range(16))}
    gc.collect()
    assert (len(ids), len(clients)) == (16, 1)


def test_the_block_comes_from_the_environment(replicate_api: ReplicateStandin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token there is no block; with one it has what the variables say."""
    assert replicate_from(load_settings()) is None
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_geheim")
    monkeypatch.setenv("REPLICATE_BASE_URL", replicate_api.base_url)
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.25")
    block = replicate_from(load_settings())
    assert block is not None
    assert (block.api_token.get_secret_value(), block.base_url) == ("r8_geheim", replicate_api.base_url)
    assert (block.poll_interval, block.timeout, block.request_timeout) == (0.25, 600, 30)
