"""Runs that begin side by side in one process, while it is being stopped."""

import asyncio
import signal
import threading

import pytest

from flows.lifecycle import stop_signals
from flows.lifecycle.stop_signals import Stopped, beginning
from flows.lifecycle.stopping import beginning_beside_others


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set it, and a signal has come."""
    event = threading.Event()
    monkeypatch.setattr(stop_signals, "_stopping", event)
    monkeypatch.setattr(stop_signals, "_reason", [signal.SIGTERM])
    return event


def test_a_run_that_may_not_begin_leaves_those_beside_it_alone(stopping: threading.Event) -> None:
    """The stop waits for the first statement of a run that has begun: nothing cancels that one before."""
    begun: list[str] = []

    async def make(name: str) -> None:
        async with beginning_beside_others():
            begun.append(name)
            await asyncio.Event().wait()

    async def backlog() -> None:
        first = asyncio.create_task(make("first"))
        await asyncio.sleep(0)
        stopping.set()
        second = asyncio.create_task(make("second"))
        done, _ = await asyncio.wait([first, second], timeout=0.2)
        assert not done
        assert begun == ["first"]
        assert list(stop_signals._beginning.values()) == [None]
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)

    asyncio.run(backlog())
    assert not stop_signals._beginning


def test_alone_it_is_told_that_the_process_is_being_stopped(stopping: threading.Event) -> None:
    """A run that nothing runs beside does not begin, and its process can end."""
    stopping.set()
    with pytest.raises(Stopped), beginning():
        pytest.fail("it has begun")
    assert not stop_signals._beginning
