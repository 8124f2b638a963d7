"""Handlers of SIGINT and SIGTERM for processes that run our flows. Standard library only: imported before all else.

Python calls signal handlers in the main thread, and only that thread may set them. In a process of ours the main thread
sets them first of all and waits, while flows run in another thread: there asyncio and Prefect, which both bring
handlers of their own, cannot set any. In another program's process a flow takes the signals with its first statement.

A signal closes the way to the vendors first, then each run says what became of it (`Stoppable`), then the process ends:
threads that wait for a vendor cannot be ended alone.
"""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from types import FrameType
from typing import Any, NoReturn, Protocol, TypeVar

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STOP_SECONDS = 9.5
_BEGIN_SECONDS = 7.0  # for a run of unknown id to come to its first statement: 0.1 s, but more on a busy machine
_KNOWN_SECONDS = 2.0  # the same where its id is known before
_LOOK_AGAIN_SECONDS = 0.02
_SHOW_CURSOR = "\x1b[?25h"  # the progress display has hidden it

T = TypeVar("T")


class Stopped(BaseException):
    """The process was asked to stop while no run was under way. Not an Exception: nobody may take it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.exit_code = 128 + number


class Stoppable(Protocol):
    """A flow run of this process."""

    name: str | None

    def close(self, why: str) -> None:
        """Let nothing more be ordered or stored. Returns at once."""

    def stop(self, why: str) -> str:
        """Record the state of the run and set it in the API. Return a message for the user."""


_runs: list[Stoppable] = []
_beginning: dict[object, Stoppable | None] = {}
_mine: ContextVar[object] = ContextVar("_mine", default=None)
_before: dict[int, Any] = {}
_process_is_ours = threading.Event()
_stopping = threading.Event()
_reason = [0]  # the signal's number


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold the signals within the context, to be entered in the main thread: this process is ours.

    Where one comes and there is no run to stop, the process ends by SystemExit, with a line that says why.
    """
    if _process_is_ours.is_set() or threading.current_thread() is not threading.main_thread():
        with _errors_of_a_stop():
            yield
        return
    _process_is_ours.set()
    take_signals()
    try:
        with _errors_of_a_stop():
            yield
    except Stopped as stopped:
        _say([str(stopped)])
        sys.exit(stopped.exit_code)
    finally:
        give_signals_back()
        _process_is_ours.clear()


@contextmanager
def _errors_of_a_stop() -> Iterator[None]:
    """Raise Stopped for whatever became of it: an import's callback swallows it, pydantic makes another error of it."""
    try:
        yield
    except Exception:
        if is_stopping():
            raise Stopped(_reason[0]) from None
        raise


@contextmanager
def signals_held_to_the_end() -> Iterator[None]:
    """Hold the signals within the context, which is all that the process does, and until the process has ended."""
    atexit.register(_ignore_signals)  # registered first, so called last
    with signals_held():
        try:
            yield
        finally:
            _end_at_once()


def run_apart(call: Callable[[], T], known: Stoppable | None = None) -> T:
    """Make the call, which runs a flow, in another thread, and wait for it. Raises what it raises.

    `known`: what is stopped where the flow has not come to its first statement.
    """

    def begin() -> T:
        with beginning(known):
            return call()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, begin).result()


@contextmanager
def beginning(known: Stoppable | None = None) -> Iterator[None]:
    """Begin one run within the context: a stop waits a moment for its first statement. Raises Stopped."""
    token = object()
    reset = _mine.set(token)
    _beginning[token] = known
    try:
        if is_stopping():
            raise Stopped(_reason[0])
        yield
    finally:
        if known is None or not is_stopping():  # else the stop reports its end
            _beginning.pop(token, None)
        _mine.reset(reset)


def register(run: Stoppable) -> None:
    """Have a signal stop this run too."""
    _runs.append(run)
    _beginning.pop(_mine.get(), None)
    take_signals()


def unregister(run: Stoppable) -> None:
    """Have it stopped no more."""
    _runs.remove(run)
    if not _runs and not _process_is_ours.is_set():
        give_signals_back()


def is_stopping() -> bool:
    """Return whether a signal has come: then nothing new may begin, and the process ends soon."""
    return _stopping.is_set()


def take_signals() -> None:
    """Set our handlers where they are not set; in other threads than the main one this does nothing."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in _SIGNALS:
        current = signal.getsignal(number)
        if current is not _on_signal:
            _before[number] = current
            signal.signal(number, _on_signal)


def give_signals_back() -> None:
    """Set the handlers that were there before; in other threads than the main one this does nothing."""
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) is _on_signal:
                signal.signal(number, _before[number])


def _end_at_once() -> None:
    """From now on a signal ends the process without a word: all is done, and only what others do at exit is left."""
    for number in _SIGNALS:
        signal.signal(number, lambda number, _: os._exit(128 + number))


def _ignore_signals() -> None:
    """From now on a signal changes nothing: Python would take our handlers away before its last milliseconds."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _on_signal(number: int, frame: FrameType | None) -> None:
    if is_stopping():  # asked twice
        os._exit(128 + number)
    if not _runs and not _process_is_ours.is_set():  # put back by Prefect, which had found us here, after our last run
        _as_before(number, frame)
        return
    _reason[0] = number
    _stopping.set()
    # In a thread: the main one may hold a lock that is needed.
    if _runs or _beginning:
        stop = threading.Thread(target=_stop_all, args=(str(Stopped(number)),), daemon=True)
        stop.start()
        stop.join(_STOP_SECONDS)
        os._exit(128 + number)
    threading.Thread(target=_end_later, args=(number,), daemon=True).start()
    raise Stopped(number)


def _end_later(number: int) -> NoReturn:
    time.sleep(_STOP_SECONDS)  # something on the way out hangs
    os._exit(128 + number)


def _as_before(number: int, frame: FrameType | None) -> None:
    before = _before[number]
    if callable(before):
        before(number, frame)
    elif before != signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _stop_all(why: str) -> None:
    """Stop every run, those as well that are just beginning."""
    began = time.monotonic()
    pool = ThreadPoolExecutor(64)
    stops: dict[Stoppable, Future[str]] = {}
    while (waited := time.monotonic() - began) < _STOP_SECONDS:
        beginning = [*_beginning.copy().values()]  # looked at before `_runs`: a run goes from here to there
        known = [run for run in beginning if run and waited > _KNOWN_SECONDS]
        new = [run for run in [*_runs.copy(), *known] if run not in stops]
        for run in new:
            run.close(why)
        stops |= {run: pool.submit(run.stop, why) for run in new}
        awaited = [run for run in beginning if run not in stops and waited < _BEGIN_SECONDS]
        if not awaited and all(stop.done() for stop in stops.values()):
            break
        time.sleep(_LOOK_AGAIN_SECONDS)
    _say([f"{run.name}: {_message(stop) or why}" for run, stop in stops.items()] or [why])


def _message(stop: Future[str]) -> str:
    return stop.result() if stop.done() and not stop.exception() else ""


def _say(lines: list[str]) -> None:
    with suppress(OSError, AttributeError):  # nobody reads it, or it is closed
        if sys.stderr.isatty():
            sys.stderr.write(_SHOW_CURSOR + "\n")
        sys.stderr.write("".join(f"article-images: {line}\n" for line in lines))
        sys.stderr.flush()
