"""Locks between the processes of this machine. The kernel releases those of a process that is killed."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from blocks.storage.private_files import private_opener


@contextmanager
def file_lock(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[IO[str]]:
    """Hold a lock on the file at `path`, which is made if need be, for the context; yield the file, open to append.

    Without `wait` a lock that another holds raises BlockingIOError. Raises OSError where the file cannot be opened.
    """
    with open(path, "a+", opener=private_opener) as file:
        lock_file(file, shared=shared, wait=wait)
        yield file


def lock_file(file: IO[Any], *, shared: bool = False, wait: bool = True) -> None:
    """Lock an open file, instead of any lock that it has, until it is closed or unlocked.

    Without `wait` a lock that another holds raises BlockingIOError.
    """
    fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))


def unlock_file(file: IO[Any]) -> None:
    """Give an open file's lock back."""
    fcntl.flock(file, fcntl.LOCK_UN)
