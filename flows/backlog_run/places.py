"""Places for the pictures of a backlog: threads that its articles share, and whether the next article may begin.

Vendors are busy as long as each thread has a picture to wait for, and this machine as long as a few articles are read,
claimed or published. More articles than that would wait for one of both, and take memory meanwhile.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

from prefect.task_runners import ThreadPoolTaskRunner

P = ParamSpec("P")
T = TypeVar("T")

MOST_ARTICLES = 64
_WITHOUT_TASKS = 4  # articles that may go on where no picture is being made


class Places:
    """`number` threads, and the articles that go on. Entered and asked on one event loop.

    `at_once`: how many articles may go on, no more than there are threads. 0: the next one begins as long as there is a
    thread without a task; an article that has no tasks itself, since it begins or ends, counts as a quarter of them.
    """

    def __init__(self, number: int, at_once: int) -> None:
        self.number = number
        self.most_articles = min(at_once or MOST_ARTICLES, number)
        self._is_fixed = at_once > 0
        self._articles = 0
        self._tasks: Counter[_Part] = Counter()  # of each run that has some

    def __enter__(self) -> Self:
        self._threads = ThreadPoolExecutor(self.number, thread_name_prefix="pictures")
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)

    @asynccontextmanager
    async def article(self) -> AsyncIterator[None]:
        """Wait until another article may begin; it goes on within the context."""
        while not self._has_room():
            self._changed.clear()
            await self._changed.wait()
        self._articles += 1
        try:
            yield
        finally:
            self._articles -= 1
            self._changed.set()

    def part(self) -> Executor:
        """Return the threads as one run sees them: to shut them down ends its own tasks."""
        return _Part(self._threads, self._count)

    def _has_room(self) -> bool:
        if self._is_fixed or not self._articles:
            return self._articles < self.most_articles
        without_tasks = self._articles - len(self._tasks)
        share = max(1, self.number // _WITHOUT_TASKS)
        return self._tasks.total() + share * without_tasks < self.number

    def _count(self, part: "_Part", change: int) -> None:
        """Count the tasks of a run; called by any thread."""
        self._loop.call_soon_threadsafe(self._counted, part, change)

    def _counted(self, part: "_Part", change: int) -> None:
        self._tasks[part] += change
        if not self._tasks[part]:
            del self._tasks[part]
        self._changed.set()


class SharedThreads(ThreadPoolTaskRunner[Any]):
    """Prefect's task runner on threads that other runs have too: it would start some for each run."""

    def __init__(self, places: Places) -> None:
        super().__init__(places.number)
        self._places = places

    def duplicate(self) -> "SharedThreads":
        """Return the runner of another run."""
        return SharedThreads(self._places)

    def __enter__(self) -> Self:
        super().__enter__()
        self._executor = cast(ThreadPoolExecutor, self._places.part())  # Prefect's own, which has no threads yet
        return self


class _Part(Executor):
    def __init__(self, threads: Executor, count: Callable[["_Part", int], None]) -> None:
        self._threads = threads
        self._count = count
        self._mine: set[Future[Any]] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future = self._threads.submit(fn, *args, **kwargs)
        self._mine.add(future)
        self._count(self, 1)
        future.add_done_callback(self._ended)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        mine = self._mine.copy()
        if cancel_futures:
            for future in mine:
                future.cancel()
        if wait:
            wait_for(mine)

    def _ended(self, future: Future[Any]) -> None:
        self._mine.discard(future)
        self._count(self, -1)
