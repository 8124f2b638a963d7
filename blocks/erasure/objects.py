"""A target's own objects: everything below its folders, in each bucket and among the records of this machine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blocks.erasure.places import counted
from blocks.erasure.shelves import Shelf
from blocks.storage.bucket import json_in
from blocks.storage.versions import ObjectVersion
from blocks.usage.listing import at_once
from imaging.erasure.report import Found
from imaging.erasure.target import Target
from imaging.names.record_paths import ORDERS, record_key


def below(shelf: Shelf, prefix: str) -> Iterator[ObjectVersion]:
    """Yield the versions below a folder, or those of one key."""
    whole = prefix.endswith("/")
    yield from (version for version in shelf.listed(prefix) if whole or version.key == prefix)


def delete_all(shelf: Shelf, versions: Iterable[ObjectVersion]) -> None:
    """Delete versions, some at the same time."""
    for _ in at_once(shelf.delete, versions):
        pass


@dataclass(frozen=True, slots=True)
class Folders:
    """The target's folders on one shelf, but for that of its pictures."""

    target: Target
    shelf: Shelf

    @property
    def place(self) -> str:
        """The name of the place."""
        return f"records, claims and reports: {self.shelf.name}"

    def find(self) -> Found:
        """Count the versions."""
        return counted(self.place, self._versions())

    def empty(self) -> None:
        """Delete them, the notes and claims last."""
        for versions in self._each():
            delete_all(self.shelf, versions)

    def _versions(self) -> Iterator[ObjectVersion]:
        for versions in self._each():
            yield from versions

    def _each(self) -> Iterator[Iterable[ObjectVersion]]:
        if self.target.slug is not None:
            yield self._notes(self.target.slug)
        for folder in self.target.own_folders:
            yield below(self.shelf, folder)

    def _notes(self, slug: str) -> Iterator[ObjectVersion]:
        """Yield the notes that lead to the article. A marker on one of them goes with it."""
        for version, data in at_once(self.shelf.read, self.shelf.listed(self.target.notes)):
            note = json_in(data)
            if isinstance(note, dict) and note.get("slug") == slug:
                yield version


@dataclass(frozen=True, slots=True)
class Pictures:
    """The folder of the target's pictures on one shelf. Not if it `is_ours` not, but another program's."""

    target: Target
    shelf: Shelf
    is_ours: bool

    @property
    def place(self) -> str:
        """The name of the place."""
        return f"pictures, pages and brand: {self.shelf.name}"

    def find(self) -> Found:
        """Count the versions."""
        return counted(self.place, self.versions())

    def empty(self) -> None:
        """Delete them, what tells that the folder is ours last."""
        is_mark = self.target.is_mark
        delete_all(self.shelf, (version for version in self.versions() if not is_mark(version.key)))
        delete_all(self.shelf, self.versions())

    def versions(self) -> Iterator[ObjectVersion]:
        """Yield the versions, none of a folder that is not ours."""
        if self.is_ours:
            yield from below(self.shelf, self.target.folder)


@dataclass(frozen=True, slots=True)
class Orders:
    """The notes on predictions of one shelf: `digests`, by their first 32 hex digits, are those of the target's orders.

    The notes of all tenants are read, as each says by a digest alone whose it is: no other way finds those of orders
    that a later one has taken the place of.
    """

    shelf: Shelf
    digests: frozenset[str]

    @property
    def place(self) -> str:
        """The name of the place."""
        return f"notes on orders: {self.shelf.name}"

    def find(self) -> Found:
        """Count the notes."""
        return counted(self.place, self._versions())

    def empty(self) -> None:
        """Delete them."""
        delete_all(self.shelf, self._versions())

    def _versions(self) -> Iterator[ObjectVersion]:
        orders = self.shelf.listed(f"{record_key(ORDERS)}/") if self.digests else ()
        for version, data in at_once(self.shelf.read, orders):
            note = json_in(data)
            if isinstance(note, dict) and str(note.get("digest"))[:32] in self.digests:
                yield version
