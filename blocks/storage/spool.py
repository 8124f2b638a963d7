"""The spool: pictures that were paid for and could not be stored, kept on this machine until they can be.

An entry has two files: `{digest}.picture` with the bytes, and `{digest}.json` with the description, which is written
last to mark the entry as complete. `{digest}.arrived` is the answer of a vendor that cannot be requested again, kept
until it is stored or refused.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.storage.private_files import write_private
from imaging.articles.claim import Claim
from imaging.record import ImageSet, StoredImage
from imaging.slug import short_hash
from imaging.spec import ImageSpec


class Spooled(BaseModel):
    """The description of an entry: its spec, the stored image, and the article's claim."""

    model_config = ConfigDict(frozen=True)

    spec: ImageSpec
    stored: StoredImage
    owner: Claim
    provider_url: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A vendor's unprocessed answer, and when it arrived."""

    data: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Spool:
    """Entries below `folder`, by the digest of their spec."""

    folder: Path

    def keep(self, entry: Spooled, data: bytes) -> None:
        """Keep a picture. Raises OSError if the disk is full or cannot be written."""
        write_private(self.folder / f"{entry.spec.digest}.picture", data)
        write_private(self._description(entry.spec.digest), entry.model_dump_json().encode())

    def read(self, digest: str) -> tuple[Spooled, bytes] | None:
        """Return a complete entry, or None."""
        try:
            entry = Spooled.model_validate_json(self._description(digest).read_bytes())
            data = (self.folder / f"{digest}.picture").read_bytes()
        except (OSError, ValidationError):
            return None
        return (entry, data) if len(data) == entry.stored.bytes else None

    def arrive(self, digest: str, data: bytes) -> None:
        """Keep an answer until it is stored or refused. Raises OSError as `keep` does."""
        write_private(self._arrived(digest), data)

    def arrived(self, digest: str) -> Arrived | None:
        """Return the answer that a killed run has left, or None."""
        path = self._arrived(digest)
        try:
            return Arrived(path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC))
        except OSError:
            return None

    def forget(self, digest: str) -> None:
        """Delete an answer once it is stored or refused."""
        with suppress(OSError):
            self._arrived(digest).unlink(missing_ok=True)

    def _arrived(self, digest: str) -> Path:
        return self.folder / f"{digest}.arrived"

    def digests(self) -> Iterator[str]:
        """Yield the digests of all entries, oldest first."""
        kept = {path.stem: at for path in self.folder.glob("*.json") if (at := self.kept_at(path.stem))}
        yield from sorted(kept, key=kept.__getitem__)

    def kept_at(self, digest: str) -> datetime | None:
        """Return when an entry was last written, None if it does not exist (a run may just have stored it)."""
        try:
            return datetime.fromtimestamp(self._description(digest).stat().st_mtime, UTC)
        except OSError:
            return None

    def keep_set(self, image_set: ImageSet) -> None:
        """Keep the image set of a run whose manifest could not be written. Raises OSError as `keep` does."""
        path = self._set(image_set.user_id, image_set.slug, _owner(image_set))
        write_private(path, image_set.model_dump_json().encode())

    def read_set(self, user_id: str, slug: str, owner: Claim) -> ImageSet | None:
        """Return the image set kept for an article, or None."""
        try:
            return ImageSet.model_validate_json(self._set(user_id, slug, owner).read_bytes())
        except (OSError, ValidationError):
            return None

    def drop_set(self, image_set: ImageSet) -> None:
        """Delete an article's image set once its manifest is written."""
        self._set(image_set.user_id, image_set.slug, _owner(image_set)).unlink(missing_ok=True)

    def _set(self, user_id: str, slug: str, owner: Claim) -> Path:
        # Neither part contains a dot. The owner is included, as two articles may claim a slug while the bucket is down.
        known = owner.model_dump_json(include={"article_id", "topic"})  # the fields that a set has too
        return self.folder / f"{user_id}.{slug}.{short_hash(known)}.manifest"

    def drop(self, digest: str) -> None:
        """Delete an entry once its picture is in the bucket."""
        self._description(digest).unlink(missing_ok=True)
        (self.folder / f"{digest}.picture").unlink(missing_ok=True)

    def _description(self, digest: str) -> Path:
        return self.folder / f"{digest}.json"


def _owner(image_set: ImageSet) -> Claim:
    return Claim(article_id=image_set.article_id, topic=image_set.topic)
