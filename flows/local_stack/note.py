"""Ensuring that one `up` runs per database, by a locked note. The kernel releases the lock of a killed one."""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from blocks.storage.file_lock import lock_file
from blocks.storage.private_files import make_private_folder
from flows.local_stack.leftovers import end_marked
from imaging.errors import ConfigurationError

_STOP_SECONDS = 12.0


@contextmanager
def exclusive_up(home: Path, ui: str) -> Iterator[tuple[str, int]]:
    """Lock the note in `home`, and yield a new mark for child processes.

    Processes that an earlier `up` has left behind are ended first; their number is yielded too. Raises
    ConfigurationError if another `up` is running.
    """
    make_private_folder(home)
    with open(home / "article-images-up.json", "a+") as note:
        try:
            lock_file(note, wait=False)
        except BlockingIOError:
            raise ConfigurationError(_taken(note)) from None
        left_behind = 0
        with suppress(ValueError, KeyError, TypeError):
            left_behind = end_marked(str(_read(note)["mark"]), _STOP_SECONDS)
        mark = uuid.uuid4().hex
        _write(note, json.dumps({"pid": os.getpid(), "ui": ui, "mark": mark}))
        try:
            yield mark, left_behind
        finally:
            _write(note, "")


def _taken(note: IO[str]) -> str:
    try:
        other = _read(note)
        return f"`up` is running already: process {other['pid']}, {other['ui']}; end it with: kill {other['pid']}"
    except (ValueError, KeyError, TypeError):
        return "`up` is running already, and is starting or stopping"


def _read(note: IO[str]) -> dict[str, object]:
    note.seek(0)
    found: dict[str, object] = json.load(note)
    return found


def _write(note: IO[str], text: str) -> None:
    note.truncate(0)
    note.write(text)  # in append mode, so at the end, which is now the beginning
    note.flush()
