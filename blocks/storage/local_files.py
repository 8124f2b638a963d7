"""Addresses of the embedded storage that last: its own URLs end with the process that serves them."""

from pathlib import Path

from blocks.configuration.data_dir import DataDir
from blocks.storage.embedded import BUCKET, is_shared

_EMBEDDED = "http://127.0.0.1:"


def lasting_url(url: str, key: str, data_dir: DataDir) -> str:
    """Return the address of an object that can be opened once this process has ended.

    That of its file, for an object of the embedded storage, unless `up` serves the storage.
    """
    file = file_of(url, key, data_dir)
    return url if file is None or is_shared(data_dir.root) else file.as_uri()


def file_of(url: str, key: str, data_dir: DataDir) -> Path | None:
    """Return the object's file in the embedded storage; None for an object that lies elsewhere."""
    file = data_dir.storage / BUCKET / key
    return file if url.startswith(_EMBEDDED) and file.is_file() else None
