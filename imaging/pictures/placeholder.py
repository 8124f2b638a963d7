"""Placeholders for pages to show until a picture is loaded: a ThumbHash and a colour."""

import base64
from dataclasses import dataclass

from fast_thumbhash import rgba_to_thumb_hash
from PIL import Image

_SIDE = 100  # pixels: ThumbHash's limit
_COLOURS = 8


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`thumbhash` (https://evanw.github.io/thumbhash/) in Base64; `color`, the most frequent one, as `#rrggbb`."""

    thumbhash: str
    color: str


def placeholder_of(image: Image.Image) -> Placeholder:
    """Return the placeholder of an 8-bit picture of any size."""
    factor = max(image.size) // (2 * _SIDE)
    small = (image.reduce(factor) if factor > 1 else image).convert("RGBA")
    small.thumbnail((_SIDE, _SIDE))
    made = rgba_to_thumb_hash(*small.size, small.tobytes())
    few = small.convert("RGB").quantize(_COLOURS, Image.Quantize.MEDIANCUT)
    _, most = max(few.getcolors() or [(1, 0)])
    red, green, blue = (few.getpalette() or [0, 0, 0])[3 * int(str(most)) :][:3]
    return Placeholder(base64.b64encode(bytes(made)).decode(), f"#{red:02x}{green:02x}{blue:02x}")
