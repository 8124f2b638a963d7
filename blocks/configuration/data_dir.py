"""Paths of this machine's files, all below IMAGES_DATA_DIR: where they are written, read and erased."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataDir:
    """The folders below `root`, and the files in them that more than one module knows.

    `place`: the name of a bucket and the folder in it, as the store gives it; what is known of one says nothing of
    another.
    """

    root: Path

    @property
    def results(self) -> Path:
        """The folder of records; with the embedded storage they are right in it."""
        return self.root / "results"

    def records_of(self, place: str) -> Path:
        """Return the folder of the copies of a bucket's records."""
        return self.results / f"_{place}"

    def brand(self, place: str, user_id: str) -> Path:
        """Return the file with a tenant's brand as it was last read."""
        return self.results / "_brands" / place / f"{user_id}.json"

    @property
    def spool(self) -> Path:
        """The folder of pictures that were paid for and could not be stored."""
        return self.root / "spool"

    @property
    def locks(self) -> Path:
        """The folder of the locks that the processes of this machine share."""
        return self.root / "locks"

    @property
    def logs(self) -> Path:
        """The folder of the logs of `up` and of the embedded storage."""
        return self.root / "logs"

    @property
    def storage(self) -> Path:
        """The folder of the embedded storage."""
        return self.root / "storage"

    @property
    def gallery(self) -> Path:
        """The folder of the pages."""
        return self.root / "gallery"

    def page(self, user_id: str, slug: str) -> Path:
        """Return the gallery page of an article."""
        return self.gallery / user_id / f"{slug}.html"

    def old_addresses(self, place: str) -> Path:
        """Return the database of old addresses and what became of each."""
        return self.root / "migrations" / f"{place}.sqlite"

    @property
    def kept_pictures(self) -> Path:
        """The folder of pictures from old addresses that the bucket did not take yet, by tenant."""
        return self.root / "migrations" / "kept"
