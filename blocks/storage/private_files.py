"""Creating files and folders that other users of this machine cannot read: pictures, records, logs, keys."""

import os
from contextlib import suppress
from pathlib import Path

CHILD_UMASK = 0o077
"""The umask of child processes that write such files."""


def make_private_folder(folder: Path) -> None:
    """Create a folder and its missing parents for this user alone; existing ones are unchanged. Raises OSError."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    except FileNotFoundError:
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def keep_out_of_git(data_dir: Path) -> None:
    """Have git ignore the folder of this machine's data, as it may lie in the repository of a site.

    One under a name that its owner has chosen may have files of theirs, and is left alone.
    """
    if data_dir.name == ".article-images":
        with suppress(OSError), open(data_dir / ".gitignore", "x") as file:
            file.write("*\n")


def private_opener(path: str, flags: int) -> int:
    """Open a file, a new one for this user alone; for the argument `opener` of `open`."""
    return os.open(path, flags, 0o600)


def write_private(path: Path, data: bytes) -> None:
    """Write a file atomically for this user alone, creating its folder. Raises OSError."""
    make_private_folder(path.parent)
    draft = path.with_name(f".{path.name[-100:]}.{os.getpid()}")
    with open(draft, "wb", opener=private_opener) as file:
        file.write(data)
    draft.replace(path)
