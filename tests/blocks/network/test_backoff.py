"""Waiting out trouble: within a limit, all calls of a bucket together, and not beyond a stop."""

import threading
import time
from collections.abc import Callable

import pytest

from blocks.in_flight import InFlight
from blocks.network.backoff import Patience, limit, retry_transient
from imaging.errors import ModelStarting, StorageBusy, StorageRefused


def failing(times: int, error: Exception | None = None) -> tuple[Callable[[], str], list[float]]:
    """A call that fails so often, and when it was made."""
    made: list[float] = []

    def call() -> str:
        made.append(time.monotonic())
        if len(made) <= times:
            raise error or StorageBusy("SlowDown")
        return "stored"

    return call, made


def test_what_passes_is_waited_out_and_what_does_not_is_raised_at_once() -> None:
    """Busy is tried again until it answers; refused is tried once."""
    call, made = failing(5)
    assert Patience(30).retry("put", call) == "stored"
    assert len(made) == 6
    call, made = failing(1, StorageRefused("AccessDenied"))
    with pytest.raises(StorageRefused):
        Patience(30).retry("put", call)
    assert len(made) == 1


def test_a_bucket_that_stays_away_costs_its_time_once() -> None:
    """Once patience is at its end the next calls are made, but not again; after a success it is whole again."""
    patience = Patience(0.2)
    with pytest.raises(StorageBusy):
        patience.retry("put", failing(1000)[0])
    while patience._left("put") > 0:
        time.sleep(0.01)
    call, made = failing(1000)
    with pytest.raises(StorageBusy):
        patience.retry("put", call)
    assert len(made) == 1
    assert patience.retry("get", failing(1)[0]) == "stored"  # another operation may be well
    assert patience.retry("put", failing(0)[0]) == "stored"
    assert patience.retry("put", failing(2)[0]) == "stored"


def test_without_patience_a_call_is_made_once() -> None:
    """Outside a run (a doctor's check, a list) nothing is waited for."""
    call, made = failing(1)
    with pytest.raises(StorageBusy):
        Patience().retry("put", call)
    assert len(made) == 1


def test_none_of_the_time_is_given_away() -> None:
    """Where the next pause would be longer than what is left, the last attempt is made when the time is over."""
    clock = [0.0]

    def pause(seconds: float) -> bool:
        clock[0] += seconds
        return True

    call, _ = failing(1000)
    with pytest.raises(StorageBusy):
        retry_transient(call, (StorageBusy,), lambda: 30.0 - clock[0], pause)
    assert clock == [30.0]


def test_the_vendors_own_wish_is_kept() -> None:
    """A pause is as long as the answer's Retry-After; one that is longer than what is left is not waited for."""
    pauses: list[float] = []

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return True

    call, _ = failing(1, ModelStarting("starting", 7.0))
    assert retry_transient(call, (ModelStarting,), limit(60), pause) == "stored"
    assert pauses == [7.0]
    call, made = failing(1, ModelStarting("starting", 90.0))
    with pytest.raises(ModelStarting):
        retry_transient(call, (ModelStarting,), limit(60), pause)
    assert len(made) == 1


def test_a_stop_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits when the run is stopped gives up at once, and nothing is tried again."""
    monkeypatch.setattr("blocks.network.backoff._FIRST_SECONDS", 60)
    in_flight = InFlight()
    call, made = failing(1000)
    ended = threading.Event()

    def run() -> None:
        with pytest.raises(StorageBusy):
            Patience(600, in_flight.pause).retry("put", call)
        ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    in_flight.close("stopped by SIGTERM")
    assert ended.wait(30)
    thread.join()
    assert len(made) == 1
