"""Sources of article files: a folder, or a prefix of the bucket."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from blocks.storage.bucket import ImageStore
from imaging.articles.article import Article
from imaging.articles.documents import MAX_BYTES, SUFFIXES, parse_document, read_from
from imaging.articles.sources import BUCKET
from imaging.backlog import Entry
from imaging.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Listing:
    """The articles of a source or of one of its pages, and the numbers of files that are not read, by suffix."""

    entries: Sequence[Entry]
    unread: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """An article file in a folder. `key`: its path within the folder."""

    folder: Path
    key: str

    def fingerprint(self) -> str:
        """Return a hash of the file's bytes. Raises InvalidInput."""
        return hashlib.sha256(self._read()).hexdigest()[:32]

    def article(self) -> Article:
        """Read the article. Raises InvalidInput."""
        return read_from(parse_document(self._read(), self.key), str(self.folder), self.key)

    def _read(self) -> bytes:
        path = self.folder / self.key
        try:
            if not path.is_file():  # reading a pipe would never end
                raise InvalidInput(f"{self.key} is not a file")
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise InvalidInput(f"{self.key} cannot be read: {error.strerror}") from None


def files_in(folder: Path) -> Listing:
    """Return the article files in a folder and its subfolders, sorted by name. Raises InvalidInput.

    Names that begin with a dot or an underscore are skipped, as editors and site generators keep other things there.
    So is `node_modules`.
    """
    if not folder.is_dir():
        raise InvalidInput(f"SOURCE: {folder} is not a folder")
    names = sorted(names_in(folder))
    return Listing([FileEntry(folder, name) for name in names if _is_article(name)], _unread(names))


def names_in(folder: Path, skipped: tuple[str, ...] = (".", "_")) -> Iterator[str]:
    """Yield the paths of the files in a folder and its subfolders, relative to it.

    Subfolders whose names begin with one of `skipped` are left out, and `node_modules`.
    """
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(skipped) and name != "node_modules"]
        for name in files:
            yield (Path(path) / name).relative_to(folder).as_posix()


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    """An article file in the bucket. `key`: the object's key."""

    store: ImageStore
    key: str
    size: int
    etag: str

    def fingerprint(self) -> str:
        """Return the listing's ETag and size, to save a GET for each article."""
        return f"{self.etag} {self.size}"

    def article(self) -> Article:
        """Read the article. Raises InvalidInput and StorageError."""
        if self.size > MAX_BYTES:
            raise InvalidInput(f"{self.key} has more than {MAX_BYTES:,} bytes")
        data = self.store.get(self.key)
        if data is None:
            raise InvalidInput(f"{self.key} is gone")
        return read_from(parse_document(data, self.key), BUCKET, self.key)


def objects_in(store: ImageStore, folder: str) -> Listing:
    """Return the article files below a folder of the bucket, or the file with that key. Raises StorageError."""
    found = store.list(f"{folder}/")
    if not found and folder.lower().endswith(SUFFIXES):
        found = {key: seen for key, seen in store.list(folder).items() if key == folder}
    articles = [ObjectEntry(store, key, *found[key]) for key in sorted(found) if _is_article(key)]
    return Listing(articles, _unread(found))


def _is_article(path: str) -> bool:
    """Return whether a file of this name may be an article."""
    return path.lower().endswith(SUFFIXES) and not _is_skipped(path)


def _is_skipped(path: str) -> bool:
    """Return whether a file is skipped by its name: hidden files, and our own manifests."""
    name = path.rpartition("/")[2]
    return name.startswith((".", "_")) or name == "manifest.json"


def _unread(paths: Iterable[str]) -> dict[str, int]:
    """Count the files that are not read, by suffix, the most frequent first."""
    others = (path for path in paths if not _is_article(path) and not _is_skipped(path))
    kinds = Counter(PurePosixPath(path).suffix.lower() or "without a suffix" for path in others)
    return dict(sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0])))
