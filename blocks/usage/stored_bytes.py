"""How much a tenant stores, for its quota: as the last report has counted it, and what runs have stored since.

A run cannot list a tenant's million objects before it begins. Only where nobody has counted yet it does, once.
"""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from blocks.records.records import Records
from blocks.storage.bucket import ImageStore, json_in
from blocks.storage.versions import version_pages
from blocks.usage.places import buckets_of, tenant_prefixes
from imaging.names import record_paths
from imaging.record import Image
from imaging.validation import parsed


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True)

    bytes: int


def stored_bytes(image: Image) -> int:
    """Return how many bytes a run has stored for a picture, with its web formats and pinned copy; 0 if it was there."""
    if image.status != "stored" or image.bytes is None:
        return 0
    copies = 1 if image.pinned_key in {None, image.key} else 2
    return copies * image.bytes + sum(variant.bytes for variant in image.variants)


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """The bytes of one tenant's objects, old versions included."""

    store: ImageStore
    records: Records
    user_id: str

    def known(self) -> int:
        """Return how many they are; counted by LIST if nobody has yet. Raises StorageError."""
        last = self._last()
        return self._counted() if last is None else last.bytes

    def note(self, number: int) -> None:
        """Note how many they are. Raises OSError where that can be noted nowhere."""
        self.records.write(self._path, _Stored(bytes=number).model_dump_json().encode())

    def add(self, number: int) -> int:
        """Note that a run has stored so many more, and return how many they are now. Raises StorageError, OSError."""
        number += self.known()
        self.note(number)
        return number

    def _last(self) -> _Stored | None:
        try:
            return parsed(_Stored, json_in(self.records.read(self._path)))
        except ValueError:
            return None

    def _counted(self) -> int:
        pages = (
            version_pages(buckets_of(self.store)[bucket], prefix)
            for bucket, prefix in tenant_prefixes(self.store, self.user_id)
        )
        number = sum(version.bytes for some in pages for page in some for version in page.versions)
        self.note(number)
        return number

    @property
    def _path(self) -> str:
        return record_paths.stored_bytes_path(self.user_id)
