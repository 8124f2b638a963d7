"""The places in which something of a target may be: each can be counted, and emptied."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from blocks.storage.versions import ObjectVersion
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


def counted(place: str, versions: Iterable[ObjectVersion]) -> Found:
    """Count versions, without keeping them. Those of one object come together, but for markers that hide it."""
    last = ""
    number = total = size = 0
    examples: list[str] = []
    for version in versions:
        number += version.key != last
        total += 1
        size += version.bytes
        if version.key != last and len(examples) < _EXAMPLES and version.key not in examples:
            examples.append(version.key)
        last = version.key
    return Found(place=place, number=number, versions=total, bytes=size, examples=examples)
