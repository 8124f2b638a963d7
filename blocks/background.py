"""Calls that go on in the background of a run, on threads of their own, with its context."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Background:
    """Starts calls, as many at once as it has threads; `close` waits for all of them.

    What a call raises, its future does.
    """

    def __init__(self, threads: int = 4) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="background")

    def start(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Start the call and return at once."""
        return self._threads.submit(copy_context().run, partial(call, *args, **kwargs))

    def close(self) -> None:
        """Wait for the calls to end; no more are taken."""
        self._threads.shutdown()
