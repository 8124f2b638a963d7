"""Sources of article files: a folder, or a prefix of the bucket."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from blocks.storage.bucket import ImageStore
from imaging.articles.files.documents import MAX_BYTES, SUFFIXES, read_in_source
from imaging.articles.files.file_names import is_project_file
from imaging.articles.files.reading import Reading
from imaging.articles.sources import BUCKET
from imaging.backlog import Entry
from imaging.errors import InvalidInput
from imaging.names.keys import MANIFEST

_POSTS, _DRAFTS, _PACKAGES = "_posts", "_drafts", "node_modules"


@dataclass(frozen=True, slots=True)
class Listing:
    """The articles of a source or of one of its pages.

    `unread`: the numbers of files that are not read, by suffix. `passed_over`: why files and folders that may look like
    articles are none, by their paths; those of folders end in a slash.
    """

    entries: Sequence[Entry]
    unread: Mapping[str, int] = field(default_factory=dict)
    passed_over: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """An article file in a folder. `key`: its path within the folder."""

    folder: Path
    key: str

    def fingerprint(self) -> str:
        """Return a hash of the file's bytes. Raises InvalidInput."""
        return hashlib.sha256(self._bytes()).hexdigest()[:32]

    def read(self) -> Reading:
        """Read the article. Raises InvalidInput and PassedOver."""
        return read_in_source(self._bytes(), str(self.folder), self.key)

    def _bytes(self) -> bytes:
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

    Names that begin with a dot or an underscore are passed over, as editors and site generators keep other things
    there, save for Jekyll's `_posts`. So are `node_modules`, and files about a project, such as a README.
    """
    if not folder.is_dir():
        raise InvalidInput(f"SOURCE: {folder} {'is not a folder' if folder.exists() else 'does not exist'}")
    left_out: list[str] = []
    names = sorted(names_in(folder, left_out=left_out))
    articles = [FileEntry(folder, name) for name in names if _is_article(name)]
    return Listing(articles, _unread(names), _passed_over([*sorted(left_out), *names]))


def names_in(folder: Path, skipped: tuple[str, ...] = (".", "_"), left_out: list[str] | None = None) -> Iterator[str]:
    """Yield the paths of the files in a folder and its subfolders, relative to it.

    Subfolders whose names begin with one of `skipped` are left out (but for `_posts`), and `node_modules`; their paths
    are added to `left_out`, with a slash at the end.
    """
    for path, folders, files in os.walk(folder):
        place = Path(path).relative_to(folder)
        out = [name for name in folders if name == _PACKAGES or (name.startswith(skipped) and name != _POSTS)]
        folders[:] = [name for name in folders if name not in out]
        if left_out is not None:
            left_out += [f"{(place / name).as_posix()}/" for name in out]
        for name in files:
            yield (place / name).as_posix()


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

    def read(self) -> Reading:
        """Read the article. Raises InvalidInput, PassedOver and StorageError."""
        if self.size > MAX_BYTES:
            raise InvalidInput(f"{self.key} has more than {MAX_BYTES:,} bytes")
        data = self.store.get(self.key)
        if data is None:
            raise InvalidInput(f"{self.key} is gone")
        return read_in_source(data, BUCKET, self.key)


def objects_in(store: ImageStore, folder: str) -> Listing:
    """Return the article files below a folder of the bucket, or the file with that key. Raises StorageError."""
    found = store.list(f"{folder}/")
    if not found and folder.lower().endswith(SUFFIXES):
        found = {key: seen for key, seen in store.list(folder).items() if key == folder}
    left_out = {key: place for key in found if (place := _left_out(key, folder))}
    names = sorted(key for key in found if key not in left_out)
    articles = [ObjectEntry(store, key, *found[key]) for key in names if _is_article(key)]
    return Listing(articles, _unread(names), _passed_over([*sorted(set(left_out.values())), *names]))


def _left_out(key: str, folder: str) -> str | None:
    """Return the first folder on an object's path below `folder` that is passed over; None without one."""
    parts = key.removeprefix(f"{folder}/").split("/")[:-1]
    places = (f"{folder}/{'/'.join(parts[:number])}/" for number in range(1, len(parts) + 1))
    return next((place for place in places if _reason(place)), None)


def _is_article(path: str) -> bool:
    """Return whether a file of this name may be an article."""
    return path.lower().endswith(SUFFIXES) and not (_is_ours(path) or _reason(path))


def _is_ours(path: str) -> bool:
    return path.rpartition("/")[2] == MANIFEST


def _reason(path: str) -> str | None:
    """Return why a file or folder is passed over by its name; None if it is not."""
    name = path.removesuffix("/").rpartition("/")[2]
    if path.endswith("/") and name == _PACKAGES:
        return "installed packages"
    if path.endswith("/") and name == _DRAFTS:
        return "drafts"
    if name.startswith("."):
        return "hidden"
    if name.startswith("_") and name != _POSTS:
        return "begins with _"
    return "about the project" if is_project_file(path) else None


def _passed_over(paths: Iterable[str]) -> dict[str, str]:
    """Return why folders, and files with the suffix of an article, are passed over by their names."""
    return {path: why for path in paths if path.lower().endswith(("/", *SUFFIXES)) and (why := _reason(path))}


def _unread(paths: Iterable[str]) -> dict[str, int]:
    """Count the files that are not read, by suffix, the most frequent first."""
    others = (path for path in paths if not (_is_article(path) or _is_ours(path) or _is_noted(path)))
    kinds = Counter(PurePosixPath(path).suffix.lower() or "without a suffix" for path in others)
    return dict(sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0])))


def _is_noted(path: str) -> bool:
    """Return whether a file is passed over by its name, and no kind of file that users may miss."""
    return path.rpartition("/")[2].startswith((".", "_")) or (path.lower().endswith(SUFFIXES) and bool(_reason(path)))
