"""Before anything is spent: what already lies in the bucket, who refuses us.

Never cached: it asks how things stand now.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from prefect import task
from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.network.addresses import DEFAULT_HOSTS, HostRules
from blocks.storage.bucket import ImageStore, looks_like_md5
from blocks.toolbox import Toolbox, toolbox
from blocks.vendors.replicate import SAMPLE_OUTPUT
from imaging import keys
from imaging.errors import ConfigurationError, StorageError, StorageRefused
from imaging.makers import MAKERS
from imaging.pictures.picture import md5
from imaging.record import Image, StoredImage, as_stored

SomeModel = TypeVar("SomeModel", bound=BaseModel)


def lies(objects: Mapping[str, tuple[int, str]], key: str, size: int | None, digest: str | None) -> bool:
    """Tell whether such bytes lie under `key`: by their size, and by `digest`, their MD5, where the ETag is one."""
    found, etag = objects.get(key, (-1, ""))
    return found == size and (etag == digest or not looks_like_md5(etag))


class Stock(BaseModel):
    """What the bucket holds of an article: its objects, and what the manifest says.

    `trouble` says why it could not be asked, if so.
    """

    model_config = ConfigDict(frozen=True)

    slug: str
    objects: dict[str, tuple[int, str]] = {}
    images: list[Image] = []
    problems: list[str] = []
    trouble: str | None = None
    outdated: bool = False  # what is public is by a version that published everything

    def holds(self, image: StoredImage) -> bool:
        """Tell whether the very bytes of `image` lie under its key: by size, and by MD5 where the ETag is one."""
        return self._lies(image.key, image.bytes, image.md5)

    def completed(self, image: Image) -> Image:
        """Return an image's entry with the web formats and the pinned copy that lie in the bucket for these bytes."""
        if not image.durable or not image.key or not image.sha256:
            return image
        before = next((one for one in self.images if (one.key, one.sha256) == (image.key, image.sha256)), None)
        known = image.variants or (before.variants if before else [])
        pinned = keys.pinned_key(image.key, image.sha256)
        changes = {
            "variants": [one for one in known if self._lies(one.key, one.bytes, one.md5)],
            "pinned_key": pinned if pinned == image.key or self._lies(pinned, image.bytes, image.md5) else None,
        }
        if before and image.thumbhash is None:
            changes |= {"thumbhash": before.thumbhash, "dominant_color": before.dominant_color}
        return image.model_copy(update=changes)

    def _lies(self, key: str, size: int | None, digest: str | None) -> bool:
        return lies(self.objects, key, size, digest)

    @property
    def unnamed(self) -> dict[str, tuple[int, str]]:
        """The objects that the last manifest does not name: a run that was killed may have stored pictures there."""
        named = {image.key for image in self.images}
        return {key: seen for key, seen in self.objects.items() if key not in named}

    def paid(self, name: str) -> Image | None:
        """Return the picture of this name that a vendor was paid for, if it still lies there."""
        image = self.lying(name)
        return image if image and MAKERS[image.provider].is_paid else None

    def lying(self, name: str) -> Image | None:
        """Return the last manifest's entry of this name, if its very bytes still lie there."""
        for image in self.images:
            if image.name == name:
                return image if (stored := as_stored(image)) and self.holds(stored) else None
        return None

    def earlier(self, digest: str) -> StoredImage | None:
        """Return the picture that the last manifest names for this digest, if it still lies there."""
        for image in self.images:
            if image.digest == digest and (stored := as_stored(image)) and self.holds(stored):
                return stored
        return None


@task(task_run_name="take stock", persist_result=False)
def take_stock(user_id: str, slug: str, trouble: str | None) -> Stock:
    """List what the bucket holds of the article: one LIST, not a HEAD for every image.

    `trouble`: why the bucket could not be asked for the slug, if so. Raises as `claim_slug`.
    """
    if trouble:
        return Stock(slug=slug, trouble=trouble)
    try:
        with refusals_named():
            return stock_of(toolbox(), user_id, slug)
    except StorageError as error:
        return Stock(slug=slug, trouble=str(error))


def stock_of(box: Toolbox, user_id: str, slug: str) -> Stock:
    """Return what the bucket holds of an article as of now. Raises StorageError."""
    objects, manifest = box.store.list(keys.prefix(user_id, slug)), box.manifests.read(user_id, slug)
    key, data = keys.manifest_key(user_id, slug), manifest.public
    if data and not lies(objects, key, len(data), md5(data)):
        # What was just read has another ETag: here they are no MD5s, however they look. Sizes have to do.
        objects = {name: (size, "") for name, (size, _) in objects.items()}
    return Stock(
        slug=slug,
        objects=objects,
        images=entries(manifest.document),
        problems=_problems(manifest.document),
        outdated=manifest.outdated,
    )


@contextmanager
def refusals_named() -> Iterator[None]:
    """Say which variables a refusal of the bucket is about: nothing is spent before it is mended."""
    try:
        yield
    except StorageRefused as refused:
        raise ConfigurationError(
            f"{str(refused).rstrip('.')}. Check B2_ENDPOINT, B2_BUCKET_NAME, B2_KEY_ID and B2_APPLICATION_KEY"
            " (or the block b2-images, which wins over them), and IMAGES_PRIVATE_BUCKET if it is set"
        ) from None


@task(task_run_name="check providers", persist_result=False)
def check_providers() -> str | None:
    """Return the id of the newest prediction on Replicate (empty: none yet; None: not known), before any is ordered.

    Raises ConfigurationError for a token that is refused, or hosts that we may not fetch from, while nothing is spent.
    """
    box = toolbox()
    if box.replicate is None:
        return None
    hosts = box.settings.images_download_hosts
    if not box.replicate.base_url and not HostRules.parse(hosts).allows(SAMPLE_OUTPUT):
        raise ConfigurationError(
            "IMAGES_DOWNLOAD_HOSTS: replicate.delivery is not listed, so Replicate's pictures would be paid for and not"
            f" fetched. Set it to {hosts},{DEFAULT_HOSTS}"
        )
    return box.replicate.check_token()


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


def entries(manifest: Any) -> list[Image]:
    """Return the entries of an earlier manifest; one that cannot be read is as good as none."""
    found = manifest.get("images") if isinstance(manifest, dict) else None
    return [image for entry in found if (image := parsed(Image, entry))] if isinstance(found, list) else []


def _problems(manifest: Any) -> list[str]:
    lines = manifest.get("problems") if isinstance(manifest, dict) else None
    return [str(line) for line in lines] if isinstance(lines, list) else []


def parsed(model: type[SomeModel], document: Any) -> SomeModel | None:
    """Return the document as `model`, or None where it is none: what is broken is as good as absent."""
    try:
        return model.model_validate(document)
    except ValidationError:
        return None
