"""Whether a stored picture is what was ordered: its ratio, its size, and of a card that no letters are missing."""

from dataclasses import dataclass

from imaging.makers import MAKERS
from imaging.planning.models import known_size, ratio_sides
from imaging.record import Image
from imaging.spec import ImageSpec
from imaging.typesetting.paragraph import paragraph

_RATIO_TOLERANCE = 0.05  # models round their sides to multiples of 8 to 64 pixels: 1344x768 is their 16:9
_SIZE_TOLERANCE = 0.1
_HALF = 0.5  # of a side: less is not what was paid for


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A flaw of a picture, in words. `degrades`: it cannot be published in its place as it is."""

    words: str
    degrades: bool


def shortfall(spec: ImageSpec, width: int, height: int) -> Shortfall | None:
    """Return what a picture of this size (pixels, as it is shown) lacks of what `spec` orders; None where all is well.

    Only what was ordered counts: where neither ratio nor size are among the parameters, any will do.
    """
    if MAKERS[spec.provider].draws_cards:
        return _letters_lost(spec)
    size = known_size(spec.model, spec.params)
    ratio = ratio_sides(spec.params) or size
    if ratio and abs(width * ratio[1] / (height * ratio[0]) - 1) > _RATIO_TOLERANCE:
        ordered = "{}:{}".format(*ratio) if ratio != size else "{}x{}".format(*ratio)
        return Shortfall(f"{width}x{height} pixels came, {ordered} was ordered", degrades=True)
    if size and (share := min(width / size[0], height / size[1])) < 1 - _SIZE_TOLERANCE:
        words = f"{width}x{height} pixels came, {size[0]}x{size[1]} were ordered"
        return Shortfall(words, degrades=share < _HALF)
    return None


def _letters_lost(card: ImageSpec) -> Shortfall | None:
    texts = (str(card.params.get(field, "")) for field in ("title", "excerpt"))
    lost = [cluster for text in texts for cluster in paragraph(text).lost]
    if not lost:
        return None
    first = f"{lost[0]} (U+{ord(lost[0][0]):04X})"
    more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
    return Shortfall(f"its text lacks what no font here has: {first}{more}", degrades=True)


def with_note(spec: ImageSpec, image: Image) -> Image:
    """Return `spec`'s entry with a note of what its picture lacks."""
    found = _shortfall_of(spec, image)
    if found is None or found.words in (image.note or ""):
        return image
    return image.model_copy(update={"note": "; ".join(filter(None, [image.note, found.words]))})


def problem(spec: ImageSpec, image: Image) -> str | None:
    """Return what keeps the set from being complete although `spec`'s picture is there."""
    found = _shortfall_of(spec, image)
    return f"{image.name}: {found.words}" if found and found.degrades else None


def _shortfall_of(spec: ImageSpec, image: Image) -> Shortfall | None:
    if image.digest != spec.digest or not (image.width and image.height):
        return None
    return shortfall(spec, image.width, image.height)
