"""Predictions at Replicate: polled until they end, whatever the API says meanwhile."""

import json
from typing import Any

import pytest

from blocks.vendors.replicate import Replicate
from imaging.errors import (
    Moderated,
    NotDelivered,
    PredictionEnded,
    ProviderError,
    ProviderRefused,
)
from imaging.spec import ImageSpec
from tests.standins import ReplicateStandin
from tests.standins.vendors.predictions import NSFW


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


@pytest.mark.parametrize(
    "changed",
    [
        {"version": None, "model": None, "input": None},
        {"urls": {"get": None, "stream": {}}, "logs": ["a", "b"], "metrics": [1], "created_at": 1764460800},
        {"urls": None, "logs": None, "metrics": None, "error": {}, "unknown": {"x": [1]}},
    ],
)
def test_fields_that_are_not_needed_do_not_stand_between_us_and_the_picture(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, changed: dict[str, Any]
) -> None:
    """What is paid for is collected whatever Replicate makes of the fields that nobody here reads."""
    prediction_id = replicate.create(hero)
    body = replicate_api.paid[0].json(replicate_api.base_url, replicate_api.cdn.base_url, "succeeded") | changed
    replicate_api.fault("get", "wrong_type", times=None, body=body)
    assert replicate.collect(prediction_id) == f"{replicate_api.cdn.base_url}/xezq/{prediction_id}/out-0.png"


@pytest.mark.parametrize("status", ["failed", "succeeded"])
def test_words_that_cannot_be_encoded_do_not_hide_how_a_prediction_ended(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, status: str
) -> None:
    """Half of a character in an error (a byte of a file's name, an emoji that was cut) is an error as any other."""
    prediction_id = replicate.create(hero)
    body = replicate_api.paid[0].json(replicate_api.base_url, replicate_api.cdn.base_url, status)
    replicate_api.fault("get", "wrong_type", times=None, body=body | {"error": "no such file: caf\udce9.png"})
    if status == "succeeded":
        assert replicate.collect(prediction_id).endswith("/out-0.png")
        return
    with pytest.raises(PredictionEnded, match="no such file: caf") as failed:
        replicate.collect(prediction_id)
    assert str(failed.value).encode()


def test_a_prediction_whose_error_is_an_object_has_failed(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """An error in another shape is an end all the same, and its words are told."""
    prediction_id = replicate.create(hero)
    body = replicate_api.paid[0].json(replicate_api.base_url, replicate_api.cdn.base_url, "failed")
    replicate_api.fault("get", "wrong_type", times=None, body=body | {"error": {"detail": "no such seed"}})
    with pytest.raises(PredictionEnded, match="no such seed"):
        replicate.collect(prediction_id)
