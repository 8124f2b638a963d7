"""Repairs of spooled pictures: into the bucket, into the manifest, out of the spool."""

import hashlib
from datetime import datetime

from prefect import task
from prefect.logging import get_run_logger
from prefect.runtime import task_run

from blocks.brands.reading import is_brand
from blocks.delivery.storing import origin
from blocks.delivery.storing_formats import missing_formats, with_formats
from blocks.publishing.artifacts import emit_outcome
from blocks.publishing.gallery_page import put_page
from blocks.publishing.manifest import in_plan_order
from blocks.records.inventory import inventory_of
from blocks.run import current_run
from blocks.storage.spool import Spooled
from imaging.articles.brand import TenantBrand
from imaging.articles.claim import Claim
from imaging.entry import described
from imaging.errors import BadPicture, StorageError
from imaging.makers import MAKERS
from imaging.names import keys
from imaging.pictures.picture import inspect
from imaging.record import BRAND_UNREAD, UNSHARED, Image, ImageSet
from imaging.validation import parsed


def spooled_name() -> str:
    """Task runs are named for the image that they store."""
    entry = current_run().services.spool.read(task_run.parameters["digest"])
    return f"{entry[0].spec.user_id}/{entry[0].spec.slug}/{entry[0].spec.name}" if entry else "gone"


@task(task_run_name=spooled_name, tags=["repair"], persist_result=False)
def restore(digest: str) -> Image | None:
    """Store one spooled picture, read it back, and return its entry; None where there is none any more.

    The entry is not dropped yet. Raises StorageError while the bucket is away.
    """
    services = current_run().services
    entry = services.spool.read(digest)
    if entry is None:
        return None
    spooled, data = entry
    back = _put(spooled, data, spooled.stored.key, keys.cache_control(spooled.spec))
    image = described(spooled.spec, spooled.stored, reused=False, url=services.store.url(spooled.stored.key))
    try:
        beside = services.store.list(keys.prefix(spooled.spec.user_id, spooled.spec.slug))
        return with_formats(image, missing_formats(image, services.settings, beside), back)
    except BadPicture as error:  # the picture itself is stored: the article's next run tries the rest again
        get_run_logger().warning("%s: %s", spooled.spec.name, error)
        return image


def store_under_hash(digest: str) -> None:
    """Store a spooled picture whose place is taken under the name that is its content's alone. Raises StorageError."""
    if entry := current_run().services.spool.read(digest):
        spooled, data = entry
        _put(spooled, data, keys.pinned_key(spooled.stored.key, spooled.stored.sha256), keys.IMMUTABLE)


def _put(spooled: Spooled, data: bytes, key: str, cache_control: str) -> bytes:
    """Store a picture and return what is read back, which is the same."""
    services = current_run().services
    picture = inspect(data, services.settings.images_max_pixels)
    services.store.put_picture(key, picture, cache_control, origin(spooled.spec))
    back = services.store.get(key)
    if back is None or hashlib.sha256(back).hexdigest() != spooled.stored.sha256:
        raise StorageError(f"{key} was stored but reads back as something else")
    return back


def superseded(user_id: str, slug: str, digests: list[str]) -> list[str]:
    """Return those of an article's spooled pictures whose place a later run has filled. Raises StorageError.

    An article whose words have changed meanwhile has another hero, under the same key: the older one must not go over
    it.
    """
    there = parsed(ImageSet, current_run().services.manifests.read(user_id, slug).document)
    return [digest for digest in digests if there and _is_superseded(digest, there)]


def _is_superseded(digest: str, there: ImageSet) -> bool:
    spool = current_run().services.spool
    entry, kept_at = spool.read(digest), spool.kept_at(digest)
    if entry is None or kept_at is None:
        return False
    if datetime.fromisoformat(there.created_at) < kept_at.replace(microsecond=0):  # a set is dated in whole seconds
        return False
    name = entry[0].spec.name
    # What only stands in for a picture that was paid for is no reason to leave that one out.
    theirs = (one for one in there.images if one.name == name and one.durable and not one.fallback_from)
    return any(one.digest != digest and not MAKERS[one.provider].is_painter for one in theirs)


@task(task_run_name="manifest of {user_id}/{slug}", persist_result=False)
def mend_manifest(user_id: str, slug: str, owner: Claim, images: list[Image]) -> ImageSet:
    """Put repaired images into the article's record, write it as its manifest and announce it.

    The record is the set of the run that could not write one, else the manifest that is there. What that run was not
    asked for (`--only`) keeps its entry, or gets it now. Raises StorageError.
    """
    services = current_run().services
    there = parsed(ImageSet, services.manifests.read(user_id, slug).document)
    record = services.spool.read_set(user_id, slug, owner) or ImageSet.model_validate(there)
    # What the run without the bucket took from this machine's records may be older than the bucket's.
    reused = {"status": "reused", "cost_usd": 0.0}
    current = {one.digest: one.model_copy(update=reused) for one in there.images if one.durable} if there else {}
    known = [current.get(image.digest, image) if image.status == "reused" else image for image in record.images]
    repaired = {image.name: image for image in images}
    kinds = {image.kind for image in known}
    inventory = inventory_of(services.store, services.manifests, user_id, slug)
    kept = {one.name: one for one in current.values() if inventory.stored(one.digest)}
    names = {image.name for image in known}
    others = [
        image
        for image in (kept | repaired).values()
        if image.kind not in kinds or (keys.is_migrated(image.name) and image.name not in names)
    ]
    if there and there.created_at > record.created_at:
        known = [image if image.durable else kept.get(image.name, image) for image in known]
    whole = in_plan_order([*(repaired.get(image.name, image) for image in known), *others])
    resolved = (
        *((UNSHARED,) if all(image.durable for image in whole) else ()),
        *((BRAND_UNREAD,) if is_brand(services, user_id, TenantBrand()) else ()),
    )
    mended = record.model_copy(
        update={
            "images": whole,
            "problems": [line for line in record.problems if not line.startswith(resolved)],
            "manifest_url": services.store.url(keys.manifest_key(user_id, slug)),
        }
    )
    if put_page(services, mended, _previews(images)):
        mended = mended.model_copy(update={"gallery_url": services.store.url(keys.gallery_key(user_id, slug))})
    services.manifests.write(mended)
    emit_outcome(mended)
    return mended


def _previews(images: list[Image]) -> dict[str, str]:
    """Return the previews that the spool still has of the images that were stored."""
    entries = {image.name: current_run().services.spool.read(image.digest) for image in images}
    return {name: entry[0].stored.preview for name, entry in entries.items() if entry and entry[0].stored.preview}
