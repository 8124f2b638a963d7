"""Files and folders on this machine that its other users cannot read: pictures, records, logs, keys."""

import os
from pathlib import Path

CHILD_UMASK = 0o077
"""For child processes that write such files."""


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those missing above it, for us alone. What is there stays as it is. Raises OSError."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    except FileNotFoundError:
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def private_opener(path: str, flags: int) -> int:
    """Open as `open` does, but a new file for us alone: the argument `opener` of `open`."""
    return os.open(path, flags, 0o600)


def write_private(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for us alone, with its folder. Raises OSError."""
    make_private_folder(path.parent)
    draft = path.with_name(f".{path.name[-100:]}.{os.getpid()}")
    with open(draft, "wb", opener=private_opener) as file:
        file.write(data)
    draft.replace(path)
