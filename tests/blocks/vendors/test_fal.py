"""fal.ai: an order is known by its id, ends in one way or another, and is never placed twice where that is unclear."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.vendors import looks
from blocks.vendors.fal import Fal
from imaging.errors import (
    ConfigurationError,
    ImagesError,
    Interrupted,
    Moderated,
    NotAccepted,
    NotDelivered,
    OutOfCredit,
    PredictionEnded,
    PredictionStopped,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    Throttled,
)
from imaging.spec import ImageSpec
from tests.blocks.hosts import FileHost
from tests.standins import FalStandin


def test_an_order_answers_at_once_with_an_id_that_leads_back_to_the_model(
    fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec
) -> None:
    """One request with the key, and an id that names owner, app and request, and no address of the answer."""
    fal_api.delay = 4000
    order = fal.create(fal_hero)
    (call,) = fal_api.requests
    assert (call.method, call.path) == ("POST", "/fal-ai/flux-pro/v1.1-ultra")
    assert call.body == {"prompt": "a glass of milk", "aspect_ratio": "16:9", "output_format": "png"}
    assert call.headers["authorization"] == f"Key {fal_api.key}"
    assert order == f"fal-ai~flux-pro~{fal_api.paid[0].id}"


def test_collect_polls_until_the_picture_is_there(fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec) -> None:
    """Queued and in progress are waited through, a hiccup too; the picture's address comes back."""
    fal_api.delay = 0.3
    fal_api.fault("get", 500, times=2)
    fal_api.fault("result", 502, times=1)
    order = fal.create(fal_hero)
    assert fal.collect(order) == f"{fal_api.cdn.base_url}/xezq/{fal_api.paid[0].id}/out-0.png"
    assert len(fal_api.paid) == 1


def test_an_order_that_was_placed_just_now_may_not_be_there_yet(
    fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For some seconds after an order, "not found" is no end of it: it is looked at again, and placed once."""
    fal_api.fault("get", 404, times=3)
    fal_api.fault("result", 404, times=2)
    assert fal.collect(fal.create(fal_hero), is_new=True).endswith("/out-0.png")
    monkeypatch.setattr(looks, "_UNSEEN", 1.0)
    fal_api.fault("get", 404, times=None)
    order = fal.create(fal_hero)
    asked = len(fal_api.requests)
    with pytest.raises(PredictionEnded, match="gone"):
        fal.collect(order, is_new=True)
    looked = len(fal_api.requests) - asked
    assert looked >= 3
    with pytest.raises(PredictionEnded, match="gone"):
        fal.collect(order)
    assert len(fal_api.requests) == asked + looked + 1
    assert len(fal_api.paid) == 2


def test_a_result_that_is_not_there_yet_is_waited_for(fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec) -> None:
    """A result that is said to be in progress still, after the order has ended, is no end without a picture."""
    fal_api.fault("result", 400, times=2, detail="Request is still in progress")
    assert fal.collect(fal.create(fal_hero)).endswith("/out-0.png")


@pytest.mark.parametrize(
    ("outcome", "options", "kind", "words"),
    [
        ("nsfw", {}, Moderated, "flagged by a content checker"),
        ("output", {"output": {"images": [{"url": "x"}], "has_nsfw_concepts": [True]}}, Moderated, "NSFW"),
        ("failed", {}, Interrupted, "internal_server_error"),
        ("output_null", {}, NotDelivered, "no picture"),
        ("gone", {}, PredictionEnded, "gone"),
    ],
)
def test_an_order_that_ended_without_a_picture(
    fal_api: FalStandin,
    fal: Fal,
    fal_hero: ImageSpec,
    *,
    outcome: str,
    options: dict[str, Any],
    kind: type[ImagesError],
    words: str,
) -> None:
    """What was refused is moderation, what fails for their trouble may be ordered again, and each says why."""
    fal_api.fault("create", outcome, **options)
    order = fal.create(fal_hero)
    with pytest.raises(kind, match=words) as ended:
        fal.collect(order)
    assert type(ended.value) is kind
    assert str(fal_hero.prompt) not in str(ended.value)


@pytest.mark.parametrize("kind", ["reset_after", "lost_answer", "truncated", "empty", "html", 500, 502, 504])
def test_an_order_whose_answer_is_unclear_is_not_placed_again_within_the_hour(
    fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec, kind: str | int
) -> None:
    """It is no error that is retried, says what it may have cost, and cannot be looked up until an hour has passed."""
    fal_api.fault("create", kind)
    with pytest.raises(ProviderError, match=r"lost .*cannot be looked up") as lost:
        fal.create(fal_hero)
    assert not isinstance(lost.value, ProviderBusy | ProviderRefused)
    assert lost.value.cost_usd == 0.06
    now = datetime.now(UTC)
    with pytest.raises(ProviderError, match="ordered again by a run after"):
        fal.find(fal_hero, now)
    assert list(fal.find(fal_hero, now - timedelta(hours=1))) == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, ProviderRefused), (402, OutOfCredit), (403, OutOfCredit), (404, ProviderRefused), (422, ProviderRefused),
     (429, Throttled), (503, NotAccepted)],
)  # fmt: skip
def test_an_order_that_was_not_accepted(
    fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec, status: int, kind: type[ProviderError]
) -> None:
    """Refusals, throttling and a locked account are told apart; none of them costs anything."""
    fal_api.fault("create", status)
    with pytest.raises(kind) as refused:
        fal.create(fal_hero)
    assert (refused.value.cost_usd, fal_api.key in str(refused.value)) == (0, False)
    assert fal_api.paid == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_an_order_that_is_sent_elsewhere_was_not_accepted(
    fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec, files: FileHost, status: int
) -> None:
    """A redirect has taken no order: it costs nothing, may be tried again at once, and names what to check."""
    fal_api.fault("create", "redirect", location=files.page("/elsewhere"), status=status)
    with pytest.raises(NotAccepted, match=rf"answered {status} \(a redirect, .* check FAL_BASE_URL\)") as sent:
        fal.create(fal_hero)
    assert sent.value.cost_usd == 0
    assert not files.requests
    assert fal.create(fal_hero)


def test_an_order_that_is_described_elsewhere_may_have_been_accepted(
    fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec, files: FileHost
) -> None:
    """See Other answers a request that was carried out: it is not tried again at once, and counts as paid for."""
    fal_api.fault("create", "redirect", location=files.page("/elsewhere"), status=303)
    with pytest.raises(ProviderError, match="was lost") as lost:
        fal.create(fal_hero)
    assert not isinstance(lost.value, ProviderBusy)
    assert lost.value.cost_usd == fal_hero.price_usd


def test_a_vendor_that_cannot_be_reached_has_accepted_nothing(fal_hero: ImageSpec) -> None:
    """A connection that is refused is retried: nothing went out on it."""
    for address in ("http://127.0.0.1:9", "queue.fal.run"):
        with pytest.raises(NotAccepted, match="cannot be reached"):
            Fal(api_key="k", base_url=address).create(fal_hero)


def test_a_refused_prompt_is_not_quoted(fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec) -> None:
    """An input that is invalid is no moderation, whatever our own prompt says, which the vendor repeats."""
    listed = [{"loc": ["body", "seed"], "msg": "Input should be valid", "type": "int", "input": "sexual nudity"}]
    fal_api.fault("create", 422, detail=listed)
    with pytest.raises(ProviderRefused, match=r"Input should be valid \(int\)$"):
        fal.create(fal_hero)


def test_an_order_is_canceled_and_one_that_has_ended_stays(fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec) -> None:
    """A canceled order ends without charge; canceling what has ended is no error, what never was is one."""
    fal_api.delay = 4000
    order = fal.create(fal_hero)
    fal.cancel(order)
    assert len(fal_api.canceled) == 1
    with pytest.raises(PredictionStopped, match="cancelled"):
        fal.collect(order)
    fal.cancel(order)
    with pytest.raises(PredictionEnded, match="gone"):
        fal.cancel("fal-ai~flux-pro~0000")


@pytest.mark.parametrize("order", ["", "p1", "fal-ai~flux", "evil.example/x~y~z", "a~b~../../c", "http://evil.example"])
def test_an_id_that_is_none_goes_nowhere(fal_api: FalStandin, fal: Fal, order: str) -> None:
    """What does not look like an id of ours becomes no part of an address."""
    with pytest.raises(PredictionEnded, match="is none of"):
        fal.collect(order)
    assert fal_api.requests == []


def test_the_key_is_checked_for_free(fal_api: FalStandin, fal: Fal) -> None:
    """A key that is taken gives nothing to say, a refused one stops the run, an empty account does not."""
    assert fal.check_token() is None
    fal_api.fault("get", 403)
    assert fal.check_token() is None
    refused = Fal(api_key="k", base_url=fal_api.base_url)
    with pytest.raises(ConfigurationError, match="FAL_KEY was refused"):
        refused.check_token()
    assert fal_api.paid == []


def test_an_order_takes_only_so_long(fal_api: FalStandin, fal: Fal, fal_hero: ImageSpec) -> None:
    """After its time the wait ends, and at once when the run is stopped; a later run may collect the order."""
    fal_api.fault("create", "stuck")
    order = fal.create(fal_hero)
    short = fal.model_copy(update={"timeout": 0.1})
    with pytest.raises(ProviderError, match=r"IN_PROGRESS after 0\.1 s"):
        short.collect(order)
    with pytest.raises(ProviderError, match="nobody waits"):
        fal.collect(order, lambda _seconds: False)
