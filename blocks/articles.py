"""Sources of articles that lie somewhere as files: a folder, or a prefix of the bucket."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from blocks.storage import ImageStore
from imaging.article import Article
from imaging.documents import MAX_BYTES, SUFFIXES, parse_document
from imaging.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class FileEntry:
    """An article file of a folder. `key` is its path within the folder."""

    folder: Path
    key: str

    def fingerprint(self) -> str:
        """Return a hash of the file's bytes. Raises InvalidInput."""
        return hashlib.sha256(self._read()).hexdigest()[:32]

    def article(self) -> Article:
        """Read the article. Raises InvalidInput."""
        return parse_document(self._read(), self.key)

    def _read(self) -> bytes:
        path = self.folder / self.key
        try:
            if not path.is_file():  # of a pipe the end would never come
                raise InvalidInput(f"{self.key} is not a file")
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise InvalidInput(f"{self.key} cannot be read: {error.strerror}") from None


def files_in(folder: Path) -> list[FileEntry]:
    """Return the article files in a folder and the folders in it, by name. Raises InvalidInput.

    What begins with a dot or an underscore is left out: editors and site generators keep other things there.
    """
    if not folder.is_dir():
        raise InvalidInput(f"SOURCE: {folder} is not a folder")
    names = sorted(_names(folder))
    return [FileEntry(folder, name) for name in names]


def _names(folder: Path) -> Iterator[str]:
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        for name in files:
            if _is_article(name):
                yield (Path(path) / name).relative_to(folder).as_posix()


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    """An article file in the bucket. `key` is the object's own."""

    store: ImageStore
    key: str
    size: int
    etag: str

    def fingerprint(self) -> str:
        """Return what the listing says of the content: a GET for each article would be counted."""
        return f"{self.etag} {self.size}"

    def article(self) -> Article:
        """Read the article. Raises InvalidInput and StorageError."""
        if self.size > MAX_BYTES:
            raise InvalidInput(f"{self.key} has more than {MAX_BYTES:,} bytes")
        data = self.store.get(self.key)
        if data is None:
            raise InvalidInput(f"{self.key} is gone")
        return parse_document(data, self.key)


def objects_below(store: ImageStore, prefix: str) -> list[ObjectEntry]:
    """Return the article files whose keys begin with `prefix`, by key. Raises StorageError."""
    found = store.list(prefix)
    return [ObjectEntry(store, key, *found[key]) for key in sorted(found) if _is_article(key.rpartition("/")[2])]


def _is_article(name: str) -> bool:
    """Tell whether a file of this name may be an article: our own manifests are not."""
    return name.lower().endswith(SUFFIXES) and not name.startswith((".", "_")) and name != "manifest.json"
