"""Web formats of a stored picture, and a copy under a name that never changes its content.

The manifest says what there is, and the bucket's list whether it still is. Nothing here is paid for, and nothing here
can take a stored picture from its article.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from blocks.configuration.settings import Settings
from blocks.delivery.encoding import encoded
from blocks.run import current_run
from imaging.errors import BadPicture
from imaging.formats import Format
from imaging.kinds import Kind
from imaging.marking.marks import facts_known_of, packet_with
from imaging.names import keys
from imaging.pictures.containers import packet_in
from imaging.pictures.picture import inspect, md5
from imaging.pictures.web_formats import Rendition, widths
from imaging.record import Image, Variant


@dataclass(frozen=True, slots=True)
class MissingFormats:
    """The parts that an image lacks: web formats by format and width in pixels, and its pinned copy."""

    variants: tuple[tuple[Format, int], ...] = ()
    pinned: bool = False

    def __bool__(self) -> bool:
        return bool(self.variants) or self.pinned


def missing_formats(image: Image, settings: Settings, objects: Iterable[str] = ()) -> MissingFormats:
    """Return what the settings ask for and `image` lacks; nothing for one that is not in the bucket.

    `objects`: keys in its folder. A width that was made for the picture before it, and is not asked for any more, is
    made again: pages that name it would go on to show that picture.
    """
    if not image.durable or image.width is None:
        return MissingFormats()
    wanted = widths(image.width, settings.images_variant_widths)
    older = {found for key in objects if (found := keys.variant_at(str(image.key), key)) and found[1] <= image.width}
    there = {(one.format, one.width) for one in image.variants}
    missing = [
        (name, width)
        for name in settings.images_variants
        for width in sorted({*wanted, *(width for one, width in older if one == name)})
        if (name, width) not in there
    ]
    return MissingFormats(tuple(missing), settings.images_pinned and image.pinned_key is None)


def with_formats(image: Image, missing: MissingFormats, data: bytes) -> Image:
    """Return the entry of `image`, whose bytes are `data`, once what it lacks is stored. Raises as `finish`."""
    changes: dict[str, object] = {}
    if missing.pinned:
        changes |= _pin(image, data)
    if missing.variants:
        made = _encoded(image, missing, data)
        changes["variants"] = sorted(
            [*image.variants, *(_store(image, one) for one in made)], key=lambda one: (one.format, one.width)
        )
    if image.thumbhash is None:  # one that was stored before there were any
        placeholder = inspect(data).placeholder
        changes |= {"thumbhash": placeholder.thumbhash, "dominant_color": placeholder.color}
    return image.model_copy(update=changes)


def _encoded(image: Image, missing: MissingFormats, data: bytes) -> list[Rendition]:
    try:
        packet = packet_in(data)
        if known := facts_known_of(image.provider, image.model, image.contains):
            packet = packet_with(packet, known)  # one that was stored before there were marks
        return encoded(data, missing.variants, packet, is_hero=image.kind is Kind.HERO)
    except (OSError, ValueError, MemoryError) as error:
        raise BadPicture(f"no web formats: {error}") from None


def _pin(image: Image, data: bytes) -> Mapping[str, str]:
    key = keys.pinned_key(str(image.key), str(image.sha256))
    if key != image.key:
        _put(image, key, data, str(image.content_type), keys.IMMUTABLE)
    return {"pinned_key": key, "pinned_url": current_run().services.store.url(key)}


def _store(image: Image, made: Rendition) -> Variant:
    key = keys.variant_key(str(image.key), made.width, made.format)
    content_type = f"image/{made.format}"
    data = _signed(image, made.data, content_type)
    _put(image, key, data, content_type, keys.variant_cache_control(str(image.key), str(image.sha256)))
    return Variant(
        format=made.format,
        width=made.width,
        height=made.height,
        bytes=len(data),
        content_type=content_type,
        key=key,
        url=current_run().services.store.url(key),
        md5=md5(data),
    )


def _signed(image: Image, data: bytes, content_type: str) -> bytes:
    signer, known = current_run().services.signer, facts_known_of(image.provider, image.model, image.contains)
    return signer.sign(data, content_type, known) if signer and known else data


def _put(image: Image, key: str, data: bytes, content_type: str, cache_control: str) -> None:
    run = current_run()
    metadata = {"sha256": hashlib.sha256(data).hexdigest(), "provider": image.provider, "model": image.model[:200]}
    with run.in_flight.storing():
        run.services.store.put(key, data, content_type, cache_control, metadata | {"digest": image.digest})
