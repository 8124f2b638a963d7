"""The inventory of an article: what the bucket holds of it before anything is ordered."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from pydantic import BaseModel, ConfigDict

from blocks.background import Background
from blocks.records.manifests import Manifests
from blocks.storage.bucket import ImageStore, looks_like_md5
from imaging.entry import as_stored, entries
from imaging.makers import MAKERS
from imaging.names import keys
from imaging.pictures.picture import md5
from imaging.record import Image, StoredImage


def matches(objects: Mapping[str, tuple[int, str]], key: str, size: int | None, digest: str | None) -> bool:
    """Return whether the object `key` has this size and, where its ETag is an MD5, this MD5."""
    found, etag = objects.get(key, (-1, ""))
    return found == size and (etag == digest or not looks_like_md5(etag))


class Inventory(BaseModel):
    """What the bucket holds of an article: its objects (size and ETag by key), and its manifest's images and problems.

    `is_new`: no run of the article has begun before. `trouble`: why the bucket could not be asked, if so. `outdated`:
    the public manifest was written by a version that published everything.
    """

    model_config = ConfigDict(frozen=True)

    slug: str
    objects: dict[str, tuple[int, str]] = {}
    images: list[Image] = []
    problems: list[str] = []
    site_name: str = ""
    is_new: bool = False
    trouble: str | None = None
    outdated: bool = False

    def holds(self, image: StoredImage) -> bool:
        """Return whether the bucket has the bytes of `image`: by size, and by MD5 where the ETag is one."""
        return self._matches(image.key, image.bytes, image.md5)

    def completed(self, image: Image) -> Image:
        """Return an image's entry with the web formats and the pinned copy that the bucket has for these bytes."""
        if not image.durable or not image.key or not image.sha256:
            return image
        before = next((one for one in self.images if (one.key, one.sha256) == (image.key, image.sha256)), None)
        known = image.variants or (before.variants if before else [])
        pinned = keys.pinned_key(image.key, image.sha256)
        changes = {
            "variants": [one for one in known if self._matches(one.key, one.bytes, one.md5)],
            "pinned_key": pinned if pinned == image.key or self._matches(pinned, image.bytes, image.md5) else None,
        }
        if before and image.thumbhash is None:
            changes |= {"thumbhash": before.thumbhash, "dominant_color": before.dominant_color}
        return image.model_copy(update=changes)

    def _matches(self, key: str, size: int | None, digest: str | None) -> bool:
        return matches(self.objects, key, size, digest)

    @property
    def unlisted(self) -> dict[str, tuple[int, str]]:
        """The objects that the last manifest does not list: a run that was killed may have stored them."""
        named = {image.key for image in self.images}
        return {key: seen for key, seen in self.objects.items() if key not in named}

    def paid_for(self, name: str) -> Image | None:
        """Return the picture of this name that a vendor was paid for, if the bucket still has it."""
        image = self.entry(name)
        return image if image and MAKERS[image.provider].is_paid else None

    def entry(self, name: str) -> Image | None:
        """Return the last manifest's entry of this name, if the bucket still has its bytes."""
        for image in self.images:
            if image.name == name:
                return image if (stored := as_stored(image)) and self.holds(stored) else None
        return None

    def stored(self, digest: str) -> StoredImage | None:
        """Return the picture that the last manifest lists for this digest, if the bucket still has it."""
        for image in self.images:
            if image.digest == digest and (found := as_stored(image)) and self.holds(found):
                return found
        return None


def inventory_of(
    store: ImageStore, manifests: Manifests, user_id: str, slug: str, *, is_new: bool = False
) -> Inventory:
    """Return what the bucket holds of an article now: by one LIST, not a HEAD for each image. Raises StorageError.

    `is_new`: nobody had claimed its slug before; it is new only if nothing is found of it either.
    """
    with closing(Background()) as background:
        listed = background.start(store.list, keys.prefix(user_id, slug))
        earlier = None if is_new else manifests.read(user_id, slug)
        objects = listed.result()
    is_new = is_new and not objects
    manifest = earlier or manifests.read(user_id, slug, is_new=is_new)
    key, data = keys.manifest_key(user_id, slug), manifest.public
    if data and not matches(objects, key, len(data), md5(data)):
        # The object that was just read has another ETag: ETags are no MD5s here, however they look. Sizes have to do.
        objects = {name: (size, "") for name, (size, _) in objects.items()}
    return Inventory(
        slug=slug,
        objects=objects,
        images=entries(manifest.document),
        problems=_problems(manifest.document),
        site_name=_site_name(manifest.document),
        is_new=is_new and manifest.document is None,
        outdated=manifest.outdated,
    )


def recorded(store: ImageStore, key: str) -> dict[str, str]:
    """Return what was written down of a picture when it was stored: `sha256` or `md5`, and its `provider`.

    By its metadata, or where the store has lost that, by the manifest beside it. Raises StorageError.
    """
    metadata = store.metadata(key) or {}
    place = key.split("/")
    if "sha256" in metadata or len(place) < 3:
        return metadata
    for image in entries(store.get_json(keys.manifest_key(*place[:2]))):
        known = {"provider": image.provider}
        if image.sha256 and key in {image.key, image.pinned_key}:
            return known | {"sha256": image.sha256}
        for variant in image.variants:
            if variant.md5 and variant.key == key:
                return known | {"md5": variant.md5}
    return metadata


def _site_name(manifest: Any) -> str:
    name = manifest.get("site_name") if isinstance(manifest, dict) else None
    return name if isinstance(name, str) else ""


def _problems(manifest: Any) -> list[str]:
    lines = manifest.get("problems") if isinstance(manifest, dict) else None
    return [str(line) for line in lines] if isinstance(lines, list) else []
