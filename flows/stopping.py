"""Stopped politely: SIGINT and SIGTERM end a run within 10 s, with a manifest and a state that tell the truth.

Nobody waits for a provider on the way out. What was ordered was written down before it was waited for: the next run
collects it, or makes it anew where `IMAGES_ON_STOP=cancel` had it cancelled. The whole process ends, since the
threads of its tasks cannot be ended alone. The signal comes from a terminal, from whatever runs containers, or from
Prefect's runner or worker when a run is cancelled in the UI.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any, TypeVar

from blocks.toolbox import Toolbox
from flows.stoppable import StoppableRun, side_by_side

_STOP_SECONDS = 9.5
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\x1b[?25h"  # the progress display has hidden it

T = TypeVar("T")

_runs: list[StoppableRun] = []
_before: dict[int, Any] = {}
_stopping = threading.Event()


@contextmanager
def stops_politely(box: Toolbox) -> Iterator[StoppableRun]:
    """Have a signal stop the flow run of this context. Only the main thread can promise that."""
    run = StoppableRun(box)
    if threading.current_thread() is not threading.main_thread():
        yield run
        return
    _runs.append(run)
    _take_signals()
    try:
        yield run
    finally:
        _runs.remove(run)
        if not _runs:
            _give_signals_back()


async def keeping_signals(future: "asyncio.Future[T]") -> T:
    """Wait for `future`. Prefect resets the handlers whenever another run of this process begins or ends."""
    while not (await asyncio.wait([future], timeout=1))[0]:
        if threading.current_thread() is threading.main_thread():
            _take_signals()
    return future.result()


def _take_signals() -> None:
    for number in _SIGNALS:
        current = signal.getsignal(number)
        if current is not _on_signal:
            _before[number] = current
            signal.signal(number, _on_signal)


def _give_signals_back() -> None:
    for number in _SIGNALS:
        if signal.getsignal(number) is _on_signal:
            signal.signal(number, _before[number])


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _stopping.is_set():  # asked twice
        os._exit(128 + number)
    if not _runs:  # put back by Prefect, which had found us here, after our last run
        _as_before(number, frame)
        return
    _stopping.set()
    # In a thread: the main one may hold a lock that is needed.
    stopping = threading.Thread(target=_stop_all, args=(signal.Signals(number).name,), daemon=True)
    stopping.start()
    stopping.join(_STOP_SECONDS)
    os._exit(128 + number)


def _as_before(number: int, frame: FrameType | None) -> None:
    before = _before[number]
    if callable(before):
        before(number, frame)
    elif before != signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _stop_all(signal_name: str) -> None:
    runs = list(_runs)
    messages = side_by_side([partial(run.stop, f"stopped by {signal_name}") for run in runs], _STOP_SECONDS)
    with suppress(OSError, AttributeError):  # nobody reads it, or it is closed
        if sys.stderr.isatty():
            sys.stderr.write(_SHOW_CURSOR + "\n")
        for run, message in zip(runs, messages, strict=True):
            sys.stderr.write(f"article-images: {run.name}: {message or 'stopped'}\n")
        sys.stderr.flush()
