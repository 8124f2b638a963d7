"""Runs blocking calls on a dedicated thread, one after another, in the context of its opener."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class WorkerThread:
    """`await thread(call, ...)` makes the call on the thread; state that only such calls touch needs no lock."""

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1)
        self._context = copy_context()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    async def __call__(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make the call, and return or raise what it does."""
        made = partial(self._context.run, partial(call, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._thread, made)
