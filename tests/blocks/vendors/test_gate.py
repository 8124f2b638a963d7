"""The gate before paid calls: one run's trouble is every run's knowledge."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from blocks.configuration.variables import delete_variable, read_variable, write_variable
from blocks.vendors import gate as gate_module
from blocks.vendors import pause as pause_module
from blocks.vendors.gate import Gate
from blocks.vendors.pause import PauseNote
from blocks.vendors.rate_limit import RateLimit
from blocks.vendors.replicate import Replicate
from imaging.errors import OutOfCredit, ProviderBusy, ProviderError
from imaging.spec import ImageSpec
from tests.standins import ReplicateStandin

NOTE = "images_pause_replicate"


@pytest.fixture(autouse=True)
def _no_note(prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(gate_module, "LOOK_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(pause_module, "LOOK_AGAIN_SECONDS", 0.05)
    delete_variable(NOTE)
    yield
    delete_variable(NOTE)


def gate_to_replicate() -> Gate:
    """A gate as a run has it that is alone in its process."""
    return Gate(PauseNote("replicate"), RateLimit("replicate"))


def creates(api: ReplicateStandin) -> int:
    return sum(request.where == "create" for request in api.requests)


def test_a_throttled_call_is_made_again_when_the_vendor_said(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec
) -> None:
    """A 429 was not processed: the call is made again, paid once, and the note for the others is taken down."""
    replicate_api.fault("create", 429, times=2, retry_after=0.2)
    assert gate_to_replicate().pay(lambda: replicate.create(hero)) == replicate_api.paid[0].id
    assert (len(replicate_api.paid), creates(replicate_api)) == (1, 3)
    assert read_variable(NOTE) is None


def test_others_wait_while_one_is_throttled(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec
) -> None:
    """Eight calls of two runs at an account that lets none in for a while: two refusals, not eight, then all pass."""
    replicate_api.fault("create", 429, times=2, retry_after=0.3)
    runs = [gate_to_replicate(), gate_to_replicate()]
    write_variable(NOTE, {"why": "throttled", "said": "429", "at": datetime.now(UTC).isoformat(), "seconds": 0.3})
    with ThreadPoolExecutor(8) as pool:
        calls = [copy_context().run for _ in range(8)]
        futures = [
            pool.submit(call, runs[number % 2].pay, lambda: replicate.create(hero)) for number, call in enumerate(calls)
        ]
        assert len({future.result() for future in futures}) == 8
    assert creates(replicate_api) == 2 + 8


def test_an_account_that_lets_nobody_in_is_given_up(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec
) -> None:
    """After eight refusals in a row the run stops asking, for its other pictures too, and says what it was told."""
    replicate_api.fault("create", 429, times=None, retry_after=0.01)
    gate = gate_to_replicate()
    for _ in range(3):
        with pytest.raises(ProviderError, match=r"429.*given up after 8 refusals"):
            gate.pay(lambda: replicate.create(hero))
    assert creates(replicate_api) == 8
    assert replicate_api.paid == []


def test_no_credit_stops_all_runs_under_way_and_a_later_one_asks_again(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 402 no run that was under way calls the vendor; one that begins later tries once, and heals the note."""
    monkeypatch.setattr(gate_module, "_CREDIT_SECONDS", 0.3)
    mine, other = gate_to_replicate(), gate_to_replicate()
    replicate_api.fault("create", 402, times=1)
    with pytest.raises(OutOfCredit, match=r"402.*top it up"):
        mine.pay(lambda: replicate.create(hero))
    for gate in (mine, other):
        with pytest.raises(OutOfCredit, match=r"402.*top it up"):
            gate.pay(lambda: replicate.create(hero))
    assert creates(replicate_api) == 1
    assert gate_to_replicate().pay(lambda: replicate.create(hero))
    assert read_variable(NOTE) is None


def test_a_pause_longer_than_a_run_waits_is_told(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec
) -> None:
    """A vendor that wants to be left alone for an hour does not hold the run for an hour."""
    replicate_api.fault("create", 429, times=1, retry_after=3600)
    with pytest.raises(ProviderError, match=r"left alone for 3[56].. s"):
        gate_to_replicate().pay(lambda: replicate.create(hero))
    assert creates(replicate_api) == 1


def test_a_server_error_that_names_a_time_makes_the_others_wait(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec
) -> None:
    """A 503 may have been processed, so the gate does not repeat it; but its Retry-After is everybody's."""
    replicate_api.fault("create", 503, times=1, retry_after=30)
    with pytest.raises(ProviderBusy, match="503"):
        gate_to_replicate().pay(lambda: replicate.create(hero))
    assert creates(replicate_api) == 1
    note = read_variable(NOTE)
    assert (note["why"], note["seconds"]) == ("throttled", 30)


@pytest.mark.parametrize("value", ["mind your own business", 3, {"why": "lunch"}, [], None])
def test_a_note_that_is_none_does_not_stop_anybody(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec, value: object
) -> None:
    """Somebody's own words in the variable are no reason to leave the vendor alone."""
    write_variable(NOTE, value)
    assert gate_to_replicate().pay(lambda: replicate.create(hero))


def test_clocks_that_differ_never_make_a_wait_longer(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec
) -> None:
    """A note from a machine whose clock is an hour ahead is waited for as long as it says, not an hour longer."""
    ahead = datetime.now(UTC) + timedelta(hours=1)
    write_variable(NOTE, {"why": "throttled", "said": "429", "at": ahead.isoformat(), "seconds": 0.2})
    assert gate_to_replicate().pay(lambda: replicate.create(hero))


def test_calls_at_the_same_moment_share_what_they_ask_the_api(
    replicate: Replicate, replicate_api: ReplicateStandin, hero: ImageSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight paid calls of a process's two runs ask once for the vendor's note, and once whether it has a rate limit."""
    monkeypatch.setattr(pause_module, "LOOK_AGAIN_SECONDS", 60.0)
    asked: list[str] = []
    send = httpx.Client.send

    def counted(client: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
        asked.append(request.url.path.rsplit("/api/")[-1])
        return send(client, request, **how)

    monkeypatch.setattr(httpx.Client, "send", counted)
    first = gate_to_replicate()
    runs = [first, Gate(first.note, first.rate)]
    with ThreadPoolExecutor(8) as pool:
        calls = [
            pool.submit(copy_context().run, runs[number % 2].pay, lambda: replicate.create(hero)) for number in range(8)
        ]
        assert len({call.result() for call in calls}) == 8
    assert [asked.count(path) for path in (f"variables/name/{NOTE}", "v2/concurrency_limits/increment")] == [1, 1]
