"""The manifest of an article: a public one beside its pictures, and the whole of it among the records."""

from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from blocks.background import Background
from blocks.records.records import Records
from blocks.storage.bucket import ImageStore, json_in
from imaging.names import keys, record_paths
from imaging.pages.public import public_document
from imaging.record import ImageSet


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was found of an article's manifest.

    `document` is the whole of it where there is one; `public` the bytes of the object beside the pictures. `outdated`:
    that object is by a version which published the whole of it.
    """

    document: Any = None
    public: bytes | None = None
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Manifests:
    """Reads and writes manifests. `prompts`: whether the public ones contain the prompts."""

    store: ImageStore
    records: Records
    prompts: bool

    def read(self, user_id: str, slug: str, *, is_new: bool = False) -> Manifest:
        """Return the article's manifest; what cannot be read as JSON is as good as absent. Raises StorageError.

        The public one counts where it is newer: then the other could not be written, or is by an older version.
        `is_new`: the bucket has nothing of the article; this machine may have what the bucket could not take.
        """
        if is_new:
            return Manifest(json_in(self.records.local(record_paths.whole_manifest(user_id, slug))))
        with closing(Background()) as background:
            published = background.start(self.store.get, keys.manifest_key(user_id, slug))
            whole, data = self._whole(user_id, slug), published.result()
        public = json_in(data)
        outdated = isinstance(public, dict) and public.get("cost_usd") is not None
        whole_counts = _origin(whole) == _origin(public) or _created(whole) > _created(public)
        return Manifest(whole if whole_counts else public, data, outdated)

    def write(self, image_set: ImageSet) -> None:
        """Write both. Raises StorageError where the public one cannot be written."""
        with suppress(OSError):  # the flow's result has the whole set too
            self.records.write(record_paths.whole_manifest(image_set.user_id, image_set.slug), _bytes(image_set))
        key = keys.manifest_key(image_set.user_id, image_set.slug)
        self.store.put_json(key, public_document(image_set, prompts=self.prompts))

    def _whole(self, user_id: str, slug: str) -> Any:
        with suppress(ValueError):
            return json_in(self.records.read(record_paths.whole_manifest(user_id, slug)))
        return None


def _bytes(image_set: ImageSet) -> bytes:
    return image_set.model_dump_json(indent=1).encode()


def _created(document: Any) -> str:
    """When the set was made; ISO 8601 in UTC, so that the later is the greater."""
    return str(document.get("created_at", "")) if isinstance(document, dict) else ""


def _origin(document: Any) -> tuple[str, Any]:
    """When and by which run the set was made: two machines may have made one in the same second."""
    return _created(document), document.get("flow_run_id") if isinstance(document, dict) else None
