"""Entries of the set: made from a spec and its stored picture, or from an earlier manifest."""

from collections.abc import Callable
from typing import Any

from imaging.record import Image, Status, StoredImage
from imaging.spec import ImageSpec
from imaging.validation import parsed

_DESCRIPTION = {
    "content_type", "width", "height", "bytes", "sha256", "md5", "prediction_id", "note", "thumbhash", "dominant_color",
}  # fmt: skip
"""Fields that a stored image and its entry in the set have in common."""


def described(spec: ImageSpec, stored: StoredImage, *, reused: bool, url: str) -> Image:
    """Return the set's entry for a picture that exists. `url`: the public URL of its object."""
    status: Status = "reused" if reused else "stored"
    if stored.fallback_url is not None:
        status = "inline" if stored.fallback_url.startswith("data:") else "provider_url"
    durable = stored.fallback_url is None
    return Image(
        **_from_spec(spec),
        status=status,
        durable=durable,
        url=url if durable else stored.fallback_url,
        key=stored.key if durable else None,
        **stored.model_dump(include=_DESCRIPTION),
        cost_usd=0.0 if reused else stored.cost_usd,
        error=stored.trouble,
    )


def failed(spec: ImageSpec, error: str) -> Image:
    """Return the set's entry for a picture that could not be made."""
    return Image(
        **_from_spec(spec),
        status="failed",
        durable=False,
        url=None,
        key=None,
        content_type=None,
        width=None,
        height=None,
        bytes=None,
        sha256=None,
        md5=None,
        cost_usd=0.0,
        prediction_id=None,
        error=error,
    )


def reused(image: Image, url: Callable[[str], str]) -> Image:
    """Return an earlier manifest's entry as reused in this run; `url` returns the current public URL of a key."""
    changes = {"status": "reused", "cost_usd": 0.0, "error": None, "fallback_from": None}
    return located(image.model_copy(update=changes), url)


def located(image: Image, url: Callable[[str], str]) -> Image:
    """Return a durable entry with current URLs, as the address in front of the bucket may have changed."""
    variants = [one.model_copy(update={"url": url(one.key)}) for one in image.variants]
    pinned = url(image.pinned_key) if image.pinned_key else None
    return image.model_copy(update={"url": url(str(image.key)), "variants": variants, "pinned_url": pinned})


def fallen_back(image: Image, spec: ImageSpec, reason: str) -> Image:
    """Return the entry of a fallback for `spec`, with what it replaces and why; it degrades the set."""
    why = f"{reason}; {image.error}" if image.error else reason
    return image.model_copy(update={"fallback_from": f"{spec.provider}:{spec.model}", "error": why})


def _from_spec(spec: ImageSpec) -> dict[str, object]:
    return {
        "name": spec.name,
        "kind": spec.kind,
        "platform": spec.platform,
        "alt_text": spec.alt_text,
        "provider": spec.provider,
        "model": spec.model,
        "prompt": spec.prompt,
        "digest": spec.digest,
        "contains": list(spec.contains),
        "section": spec.section,
    }


def as_stored(image: Image) -> StoredImage | None:
    """Return a manifest's entry as a stored image, or None if it does not fully describe an object in the bucket."""
    if not image.durable or not image.key or None in (image.content_type, image.width, image.height):
        return None
    if None in (image.bytes, image.sha256, image.md5):
        return None
    fields = image.model_dump(include={"digest", "key", *_DESCRIPTION})
    return StoredImage(**fields, cost_usd=0.0)


def entries(manifest: Any) -> list[Image]:
    """Return the images of an earlier manifest; what cannot be read is left out."""
    found = manifest.get("images") if isinstance(manifest, dict) else None
    return [image for entry in found if (image := parsed(Image, entry))] if isinstance(found, list) else []
