"""The places in which something of a target may be: each can be counted, and emptied."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from imaging.erasure.report import Found

_EXAMPLES = 3


class Place(Protocol):
    """One place. Emptying it again does no harm."""

    @property
    def place(self) -> str:
        """The name to show to people."""

    def find(self) -> Found:
        """Count what is there. Raises StorageError, OSError, httpx.HTTPError."""

    def empty(self) -> None:
        """Delete it. Raises as `find`."""


@dataclass(frozen=True, slots=True)
class Things:
    """A place of things that have names and no versions: files, runs, entries of a variable."""

    place: str
    listed: Callable[[], Iterable[tuple[str, int]]]
    """Returns names, and bytes or 0."""
    remove: Callable[[], None]

    def find(self) -> Found:
        """Count the things."""
        things = list(self.listed())
        return Found(
            place=self.place,
            number=len(things),
            versions=len(things),
            bytes=sum(size for _, size in things),
            examples=[name for name, _ in islice(things, _EXAMPLES)],
        )

    def empty(self) -> None:
        """Remove them."""
        self.remove()


class Counter:
    """Counts versions of objects, without keeping them."""

    def __init__(self) -> None:
        self._last = ""
        self._number = self._versions = self._bytes = 0
        self._examples: list[str] = []

    def add(self, key: str, size: int) -> None:
        """Add a version; those of one object come one after the other, but for markers that hide it."""
        self._number += key != self._last
        self._versions += 1
        self._bytes += size
        if key != self._last and len(self._examples) < _EXAMPLES and key not in self._examples:
            self._examples.append(key)
        self._last = key

    def found(self, place: str) -> Found:
        """Return what was counted."""
        return Found(
            place=place, number=self._number, versions=self._versions, bytes=self._bytes, examples=self._examples
        )
