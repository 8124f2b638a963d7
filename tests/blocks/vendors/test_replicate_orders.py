"""Orders at Replicate: the request, and what each answer to it means."""

from typing import Any

import pytest

from blocks.vendors.replicate import Replicate
from imaging.errors import (
    Moderated,
    NotAccepted,
    OutOfCredit,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    Throttled,
)
from imaging.spec import ImageSpec
from tests.standins import ReplicateStandin
from tests.standins.vendors.models import MODELS
from tests.standins.vendors.predictions import NSFW


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


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_moderated_create(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, status: int
) -> None:
    """A prompt may be refused at once, which costs nothing."""
    replicate_api.fault("create", status, detail=NSFW)
    with pytest.raises(Moderated, match=f"answered {status}: NSFW content"):
        replicate.create(hero)
    assert replicate_api.created() == 0


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


def test_an_order_is_known_by_its_id(replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec) -> None:
    """An answer to a create has an id; fields of other types than expected do not make it another answer."""
    body: dict[str, Any] = {"id": "abc123", "status": "starting", "version": None, "urls": [], "metrics": 3}
    replicate_api.fault("create", "wrong_type", body=body)
    assert replicate.create(hero) == "abc123"
