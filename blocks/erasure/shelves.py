"""Shelves: a bucket, or a folder of this machine with the same layout. Erasing works on both alike."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from blocks.storage.bucket import ImageStore
from blocks.storage.private_files import write_private
from blocks.storage.versions import ObjectVersion, version_pages


class Shelf(Protocol):
    """Where objects lie under keys. All methods raise StorageError or OSError."""

    @property
    def name(self) -> str:
        """The name to show to people."""

    def listed(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield all versions below the prefix. Those listed already may be deleted meanwhile."""

    def read(self, version: ObjectVersion) -> bytes | None:
        """Return the bytes of a version, None where it is gone."""

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Write an object."""

    def delete(self, version: ObjectVersion) -> None:
        """Delete a version for good."""


@dataclass(frozen=True, slots=True)
class BucketShelf:
    """A bucket; `store` has no private one beside it."""

    name: str
    store: ImageStore

    def listed(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield all versions below the prefix, and the markers that hide objects."""
        for page in version_pages(self.store, prefix):
            yield from page.versions

    def read(self, version: ObjectVersion) -> bytes | None:
        """Return the bytes of a version; None for a marker."""
        if version.hides:
            return None
        return self.store.get(version.key, version="" if version.is_latest else version.version_id)

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Write an object."""
        self.store.put(key, data, content_type, "no-store", {})

    def delete(self, version: ObjectVersion) -> None:
        """Delete a version: without its id a bucket with versions would only hide it."""
        which = {"VersionId": version.version_id} if version.version_id else {}
        self.store.call("delete_object", Key=self.store.full_key(version.key), **which)


@dataclass(frozen=True, slots=True)
class FolderShelf:
    """A folder of this machine. `top`: the beginning of every key, which the folder stands for."""

    name: str
    folder: Path
    top: str = ""

    def listed(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield the files below the prefix."""
        below = self._path(prefix) if prefix.endswith("/") else self._path(prefix).parent
        for path in sorted(below.rglob("*")) if prefix.startswith(self.top) else []:
            key = self.top + path.relative_to(self.folder).as_posix()
            if key.startswith(prefix) and path.is_file():
                with suppress(FileNotFoundError):  # a run may be at work there
                    stat = path.stat()
                    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
                    yield ObjectVersion(key, "", "", stat.st_size, modified, is_latest=True, hides=False)

    def read(self, version: ObjectVersion) -> bytes | None:
        """Return the bytes of a file."""
        with suppress(FileNotFoundError):
            return self._path(version.key).read_bytes()
        return None

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Write a file."""
        write_private(self._path(key), data)

    def delete(self, version: ObjectVersion) -> None:
        """Delete a file, and the folders that are empty then: their names say whose they were."""
        path = self._path(version.key)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            for folder in path.parents:
                if folder == self.folder:
                    break
                folder.rmdir()

    def _path(self, key: str) -> Path:
        return self.folder / key.removeprefix(self.top)
