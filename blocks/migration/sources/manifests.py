"""Manifests and documents below a prefix of the bucket."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocks.migration.sources.documents import DOCUMENTS, document_record, document_rewritten
from blocks.migration.sources.source import Rewrite, Unread, copy_of
from blocks.records.manifests import Manifests
from imaging.articles.files.documents import MAX_BYTES, decoded
from imaging.articles.sources import BUCKET
from imaging.entry import entries
from imaging.errors import InvalidInput, StorageError, TooLarge
from imaging.migration.record import Record
from imaging.names import keys
from imaging.record import ImageSet
from imaging.validation import parsed

_MANIFEST = f"/{keys.MANIFEST}"


@dataclass(frozen=True, slots=True)
class Objects:
    """The manifests and documents below `prefix`."""

    manifests: Manifests
    prefix: str

    def records(self) -> Iterator[Record | Unread]:
        """Yield a record for each. Raises InvalidInput where there is none, StorageError if that cannot be known."""
        found = False
        for key in self._keys():
            found = True
            try:
                yield self._manifest(key) if key.endswith(_MANIFEST) else document_record(self._read(key), key, BUCKET)
            except (InvalidInput, StorageError) as error:
                yield Unread(key, str(error))
        if not found:
            raise InvalidInput(f"SOURCE: the bucket has no manifests or documents below {self.prefix}")

    def rewritten(self, folder: Path, rewrite: Rewrite) -> Iterator[Path]:
        """Write a copy of each document that changes; manifests of ours are kept up to date where they are."""
        for key in self._keys():
            try:
                data = self._read(key)
                text = decoded(data, key)
                record = self._manifest(key) if key.endswith(_MANIFEST) else document_record(data, key, BUCKET)
            except (InvalidInput, StorageError):
                continue  # as `records` said
            changed = document_rewritten(text, key, record, rewrite)
            if changed != text:
                with copy_of(None, folder, key) as file:
                    file.write(changed)
                yield folder / key

    def _keys(self) -> Iterator[str]:
        for key in self.manifests.store.keys_below(self.prefix):
            name = key.rpartition("/")[2]
            if key.endswith(DOCUMENTS) and not keys.is_private(key) and not name.startswith((".", "_", keys.GALLERY)):
                yield key

    def _read(self, key: str) -> bytes:
        try:
            data = self.manifests.store.get(key, MAX_BYTES)
        except TooLarge:
            raise InvalidInput(f"has more than {MAX_BYTES:,} bytes") from None
        if data is None:
            raise InvalidInput("is gone")
        return data

    def _manifest(self, key: str) -> Record:
        """Return the record of a manifest: with the images and prompts of the whole one, if it is one of ours."""
        place = key.removesuffix(_MANIFEST).split("/")
        document = _json(decoded(self._read(key), key))
        ours = parsed(ImageSet, document)
        topic = place[-1].replace("-", " ") or "article"
        if ours and [ours.user_id, ours.slug] == place:
            whole = self.manifests.read(ours.user_id, ours.slug).document
            fields, values = ours.model_dump(include={"topic", "language", "article_id"}), {"images": whole["images"]}
            return Record(key, fields, values, topic, entries=entries(whole), place=(ours.user_id, ours.slug))
        fields = document if isinstance(document, dict) else {}
        if len(place) == 2:  # of another system, that had our folders
            fields = {"user_id": place[0], "slug": place[1], "title": topic} | fields
        return Record(key, fields, {"manifest": document}, topic)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("is not valid JSON") from None
