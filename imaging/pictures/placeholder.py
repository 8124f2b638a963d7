"""Placeholders for pages to show until a picture is loaded: a ThumbHash and a colour."""

import base64
from dataclasses import dataclass

import numpy as np
from PIL import Image

from imaging.pictures.thumbhash import LONGEST_SIDE, thumbhash_of

_COLOURS = 8


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`thumbhash` (https://evanw.github.io/thumbhash/) in Base64; `color`, the most frequent one, as `#rrggbb`."""

    thumbhash: str
    color: str


def placeholder_of(image: Image.Image) -> Placeholder:
    """Return the placeholder of an 8-bit picture of any size."""
    factor = max(image.size) // (2 * LONGEST_SIDE)
    small = (image.reduce(factor) if factor > 1 else image).convert("RGBA")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    few = small.convert("RGB").reduce(2).quantize(_COLOURS, Image.Quantize.MEDIANCUT)
    _, most = max(few.getcolors() or [(1, 0)])
    red, green, blue = (few.getpalette() or [0, 0, 0])[3 * int(str(most)) :][:3]
    return Placeholder(base64.b64encode(thumbhash_of(np.asarray(small))).decode(), f"#{red:02x}{green:02x}{blue:02x}")
