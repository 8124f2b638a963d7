"""Storing a made picture: check its bytes, mark it, upload it, describe it."""

import hashlib
import os
import threading
from datetime import datetime

from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed
from prefect.transactions import get_transaction

from blocks.delivery.marking import marked
from blocks.delivery.measuring import measured
from blocks.delivery.terms import RunTerms
from blocks.delivery.upload_receipts import write_receipt
from blocks.records.claims import owns_slug
from blocks.run import current_run
from blocks.storage.spool import Spooled
from imaging.errors import BadPicture, NotDelivered, StorageError, TooManyPixels
from imaging.names import keys
from imaging.pictures.cleaning import accepted
from imaging.pictures.picture import Picture
from imaging.record import StoredImage
from imaging.sanitizing.quoting import without_query
from imaging.spec import ImageSpec

Made = StoredImage | State[StoredImage]

# Decoding keeps a core busy: more at once would take longer for each, and more memory.
_DECODING = threading.BoundedSemaphore(os.cpu_count() or 1)


def looked_at(data: bytes) -> Picture:
    """Return the picture in `data`. Raises BadPicture for what is none that we store."""
    max_pixels = current_run().services.settings.images_max_pixels
    try:
        with _DECODING:
            return accepted(data, max_pixels)
    except TooManyPixels as large:
        refused = TooManyPixels(f"{large} (IMAGES_MAX_PIXELS)")
        refused.sha256 = hashlib.sha256(data).hexdigest()
        raise refused from None
    except BadPicture as refused:
        refused.sha256 = hashlib.sha256(data).hexdigest()
        raise


def delivered(data: bytes) -> Picture:
    """Return the picture that a vendor has delivered.

    Raises NotDelivered for what no editor could use, where another seed may bring something better, and BadPicture
    for what is refused, whatever the seed.
    """
    if not data:
        raise NotDelivered("the answer holds no bytes, and so no picture")
    picture = looked_at(data)
    if picture.useless:
        useless = NotDelivered(f"the picture is of no use: {picture.useless}")
        useless.sha256 = picture.sha256
        raise useless
    return picture


def keep(
    spec: ImageSpec,
    picture: Picture,
    terms: RunTerms,
    *,
    cost_usd: float,
    created: datetime | None = None,
    prediction_id: str | None = None,
    provider_url: str | None = None,
    note: str | None = None,
) -> Made:
    """Mark and store `spec`'s picture and return its description, with a `note` on how it was made.

    `created`: when it was made; the same at each try, for the mark names it and what is stored is to stay the same.

    Where the bucket cannot be written the picture is not lost: the state `Degraded` carries a description
    that holds the provider's own URL, or the picture itself as a data URL. That is never cached.
    """
    run = current_run()
    at = created.isoformat(timespec="seconds") if created else None
    cut_off = picture.note
    picture, unmarked = marked(spec, picture, at)
    note = "; ".join(filter(None, [note, cut_off, unmarked])) or None
    stored = description_of(spec, picture, cost_usd, prediction_id, note)
    if cost_usd and prediction_id is None:
        write_receipt(spec, stored)
    entry = Spooled(spec=spec, stored=stored, owner=terms.owner, provider_url=provider_url)
    try:
        if terms.storage_trouble and not owns_slug(run.services.store, spec.user_id, spec.slug, terms.owner):
            raise StorageError(f"{spec.user_id}/{spec.slug} belongs to another article of this tenant already")
        store(entry, picture.data)
    except StorageError as error:
        trouble = str(error) + _spooled(entry, picture.data)
        run.unstored[spec.digest] = entry, picture.data
        get_run_logger().warning(
            "%s not stored, original URL %s: %s", spec.kind, without_query(provider_url or "none"), trouble
        )
        if transaction := get_transaction():
            transaction.write_on_commit = False  # the next run stores it, instead of finding this in the cache
        fallback = stored.model_copy(update={"fallback_url": provider_url or picture.data_url, "trouble": trouble})
        return Completed(name="Degraded", message=f"{spec.name}: {trouble}", data=fallback)
    return stored


def store(entry: Spooled, data: bytes) -> None:
    """Store a picture under its key, and let go of what was kept of it here. Raises StorageError."""
    run, spec, stored = current_run(), entry.spec, entry.stored
    services = run.services
    with run.in_flight.storing(stored), measured("storage", spec):
        metadata = {"sha256": stored.sha256} | origin(spec)
        services.store.put(stored.key, data, stored.content_type, keys.cache_control(spec), metadata)
    services.spool.drop(spec.digest)
    run.unstored.pop(spec.digest, None)
    if services.settings.finishes:
        run.stored_bytes.hand_on(stored.key, data)
    # Its line in the log is that of the finished picture.
    get_run_logger().debug("%s: uploaded as %s (%s)", spec.name, stored.key, run.stopwatch.summary(spec.name))


def kept_before(spec: ImageSpec, terms: RunTerms) -> Made | None:
    """Store the picture that an earlier run paid for and could only spool, and return it; None if there is none."""
    entry = None if terms.refresh else current_run().services.spool.read(spec.digest)
    if entry is None:
        return None
    spooled, data = entry
    return keep(
        spec,
        looked_at(data),
        terms,
        cost_usd=0.0,
        prediction_id=spooled.stored.prediction_id,
        provider_url=spooled.provider_url,
        note=spooled.stored.note,
    )


def _spooled(entry: Spooled, data: bytes) -> str:
    """Keep the picture on this machine until `repair`; return what to add to the trouble's text if that fails too."""
    try:
        current_run().services.spool.keep(entry, data)
    except OSError as error:
        return f"; nor can it be spooled below IMAGES_DATA_DIR: {error.strerror}"
    return ""


def description_of(
    spec: ImageSpec, picture: Picture, cost_usd: float, prediction_id: str | None, note: str | None
) -> StoredImage:
    """Return the description of a picture as it is stored for `spec`."""
    sha256 = picture.sha256
    return StoredImage(
        digest=spec.digest,
        key=keys.object_key(spec, sha256, picture.extension),
        content_type=picture.content_type,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.data),
        sha256=sha256,
        md5=picture.md5,
        cost_usd=cost_usd,
        prediction_id=prediction_id,
        note=note,
        thumbnail=picture.thumbnail,
        preview=picture.preview,
        thumbhash=picture.placeholder.thumbhash,
        dominant_color=picture.placeholder.color,
    )


def origin(spec: ImageSpec) -> dict[str, str]:
    """Return the origin of the picture, for the object's metadata: short and ASCII (it travels in headers)."""
    return {"provider": spec.provider, "model": spec.model[:200], "digest": spec.digest}
