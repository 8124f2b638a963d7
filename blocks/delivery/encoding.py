"""Encoding web formats on all cores of this machine: those of heroes first, those of equal pictures once."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from typing import TypeVar

from blocks.delivery.once import Once
from imaging.formats import Format
from imaging.pictures.web_formats import Rendition, renditions

_T = TypeVar("_T")
_R = TypeVar("_R")

_COUNT = os.cpu_count() or 1


class Slots:
    """So many may go on at once; of those that wait, the lowest rank is next, then the longest wait."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._waiting: list[tuple[int, int]] = []
        self._numbers = count()
        self._changed = threading.Condition()

    @contextmanager
    def one(self, rank: int) -> Iterator[None]:
        """Wait for a slot and hold it within the context."""
        with self._changed:
            ticket = rank, next(self._numbers)
            heappush(self._waiting, ticket)
            self._changed.wait_for(lambda: self._free and self._waiting[0] == ticket)
            heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


# Encoding keeps a core busy, and several images wait for their vendors meanwhile: more at once would slow them down.
_cores = Slots(_COUNT)
# A decoded picture is up to 200 MB (64 million pixels): no more of them at once than there are cores.
_pictures = Slots(_COUNT)
# An article's cards are the same picture for several platforms. Few, since a hero's files are megabytes.
_encoded: Once[tuple[bytes, Sequence[tuple[Format, int]], bytes | None], list[Rendition]] = Once(kept=4)


def encoded(
    data: bytes, wanted: Sequence[tuple[Format, int]], packet: bytes | None, *, is_hero: bool
) -> list[Rendition]:
    """Return the picture in each wanted format and width. Raises as `renditions`.

    A hero comes first: it is the largest, and mostly the last to arrive.
    """
    rank = 0 if is_hero else 1

    def on_cores(function: Callable[[_T], _R], items: Iterable[_T], /) -> list[_R]:
        def on_one(item: _T) -> _R:
            with _cores.one(rank):
                return function(item)

        with ThreadPoolExecutor(_COUNT, thread_name_prefix="encoding") as pool:
            return list(pool.map(on_one, items))

    def made() -> list[Rendition]:
        with _pictures.one(rank):
            return list(renditions(data, wanted, packet, on_cores))

    return _encoded.get((hashlib.sha256(data).digest(), tuple(wanted), packet), made)
