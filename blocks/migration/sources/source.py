"""What a source of old addresses can do: yield its records, and write a rewritten copy of each of its files."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from imaging.errors import InvalidInput
from imaging.migration.record import Record

Rewrite = Callable[[str, Record | None], str]
"""Returns a text with its old addresses replaced; the record says whose they are, where that is known."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a source that cannot be read, and why."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class Source(Protocol):
    """A source of old addresses, read as a stream: no more than a record of it is in memory."""

    def records(self) -> Iterator[Record | Unread]:
        """Yield the source's articles in their order. Raises InvalidInput where nothing of it can be read."""

    def rewritten(self, folder: Path, rewrite: Rewrite) -> Iterator[Path]:
        """Write rewritten copies below `folder` and yield where. Raises InvalidInput for one that cannot be written."""


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a source's file as UTF-8; bytes that are none are kept as they are. Raises InvalidInput."""
    try:
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise InvalidInput(f"SOURCE: {path} cannot be read: {error.strerror}") from None
    with file:
        yield file


@contextmanager
def copy_of(original: Path | None, folder: Path, name: str) -> Iterator[TextIO]:
    """Open a copy below `folder` to write; it takes its place when it is whole. Raises InvalidInput."""
    target = folder / name
    draft = target.with_name(f".{target.name[-100:]}.part")  # the next run writes over that of a killed one
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(folder.resolve()):
            raise InvalidInput(f"--rewrite: {target} leads out of {folder} by a link")
        with draft.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            yield file
        if original:
            shutil.copymode(original, draft)
        draft.replace(target)
    except OSError as error:
        raise InvalidInput(f"--rewrite: {target} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
