"""A dark veil under text, as transparent as the brightest pixel under the text allows."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from imaging.cards.canvas import Box
from imaging.cards.contrast import (
    HOUSE_COLOR,
    LUMINANCE,
    NIGHT,
    TEXT_CONTRAST,
    WHITE,
    Scheme,
    luminance,
    mix,
    parse_color,
)
from imaging.srgb import to_linear

_BESIDE, _ABOVE = 7.0, 3.5  # reach of the veil, in widths of its soft edge
Pixels = npt.NDArray[np.float64]

# A margin above the required contrast, since JPEG changes pixels by some levels.
_AIMED = TEXT_CONTRAST * 1.12
_THINNEST = 0.5  # so that the veil is visible on all cards of a series


def scheme_over_pictures(color: str | None) -> Scheme:
    """Return a scheme of white text over a dark veil with some of the brand's colour."""
    accent = parse_color(color or HOUSE_COLOR)
    veil = mix(NIGHT, accent, 0.2)
    return Scheme(veil, WHITE, mix(WHITE, veil, 0.10), accent)


def veiled(picture: Image.Image, boxes: Sequence[Box], scheme: Scheme, soft: int) -> Image.Image:
    """Return `picture` under a veil that covers `boxes` and fades out beside and above them; `soft` in pixels.

    Both inks of the scheme reach 4.5:1 against every pixel in the boxes. The picture under the text is blurred, too.
    """
    if not boxes:
        return picture
    shape = _shape(picture.size, boxes, soft)
    blurred = picture.filter(ImageFilter.GaussianBlur(soft / 2.5))
    calm = Image.composite(blurred, picture, Image.fromarray((shape * 255).astype(np.uint8)))
    pixels = np.asarray(calm, dtype=np.float64)
    under = np.concatenate([pixels[b.top : b.bottom, b.left : b.right].reshape(-1, 3) for b in boxes])
    strength = shape * _strength(under, scheme)
    mixed = pixels + strength[..., None] * (np.array(scheme.paper) - pixels)
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def _shape(size: tuple[int, int], boxes: Sequence[Box], soft: int) -> Pixels:
    """Return the veil's mask (h, w): 1 over the boxes, `soft` pixels around and below; a smoothstep outside."""
    left, right = min(box.left for box in boxes) - soft, max(box.right for box in boxes) + soft
    x, y = np.arange(size[0], dtype=np.float64), np.arange(size[1], dtype=np.float64)
    beside = np.maximum(np.maximum(left - x, x - right), 0) / (_BESIDE * soft)
    above = np.maximum(min(box.top for box in boxes) - soft - y, 0) / (_ABOVE * soft)
    distance = np.minimum(np.hypot(beside[None, :], above[:, None]), 1)
    shape: Pixels = 1 - distance * distance * (3 - 2 * distance)
    return shape


def _strength(pixels: Pixels, scheme: Scheme) -> float:
    """Return the least opacity of the veil (0..1) for the brightest of `pixels` (n, 3), by bisection."""
    limit = (luminance(scheme.muted) + 0.05) / _AIMED - 0.05
    veil = np.array(scheme.paper, dtype=np.float64)
    low, high = _THINNEST, 1.0
    if _brightest(pixels + low * (veil - pixels)) <= limit:
        return low
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (low, middle) if _brightest(pixels + middle * (veil - pixels)) <= limit else (middle, high)
    return high


def _brightest(pixels: Pixels) -> float:
    return float((to_linear(pixels / 255) @ LUMINANCE).max())
