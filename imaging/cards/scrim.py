"""A shade into which the foot of a picture goes over, as dark as the text there needs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.cards.canvas import Box
from imaging.cards.contrast import (
    HOUSE_COLOR,
    LUMINANCE,
    NIGHT,
    SHAPE_CONTRAST,
    TEXT_CONTRAST,
    WHITE,
    Scheme,
    contrast,
    luminance,
    mix,
    parse_color,
)
from imaging.srgb import to_linear

Pixels = npt.NDArray[np.float64]

# A margin above the required contrast, since JPEG changes pixels by some levels.
_AIMED = TEXT_CONTRAST * 1.12
_THINNEST = 0.8  # opacity where the text begins; from there to the foot the picture goes over into the plain shade
_DARK = 0.022  # luminance of the shade at most: with a pale colour in it, it would look muddy
_PLAIN_FROM = 0.7  # of the way from the text's beginning to the foot
_ABOVE = 0.36  # reach of the shade above the text, in heights of the card


def scheme_over_pictures(color: str | None) -> Scheme:
    """Return a scheme of white text over a dark shade with some of the brand's colour."""
    accent = parse_color(color or HOUSE_COLOR)
    tones = [mix(NIGHT, accent, share / 100) for share in range(20, 4, -2)]
    shade = next((tone for tone in tones if luminance(tone) <= _DARK), tones[-1])
    shown = accent if contrast(accent, shade) >= SHAPE_CONTRAST else WHITE
    return Scheme(shade, WHITE, mix(WHITE, shade, 0.10), shown)


def shaded(picture: Image.Image, boxes: Sequence[Box], scheme: Scheme, soft: int) -> Image.Image:
    """Return `picture`, whose foot goes over into a plain shade from `soft` pixels above `boxes` on.

    Both inks of the scheme reach 4.5:1 against every pixel in the boxes.
    """
    if not boxes:
        return picture
    pixels = np.asarray(picture, dtype=np.float64)
    under = np.concatenate([pixels[b.top : b.bottom, b.left : b.right].reshape(-1, 3) for b in boxes])
    opacity = _opacity(picture.height, min(box.top for box in boxes) - soft, _strength(under, scheme))
    mixed = pixels + opacity[:, None, None] * (np.array(scheme.paper) - pixels)
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def _opacity(height: int, top: int, needed: float) -> Pixels:
    """Return the opacity of each row (h,): from none over `needed` at the row `top` to all at the foot."""
    y = np.arange(height, dtype=np.float64)
    above = np.cos(np.clip((top - y) / (_ABOVE * height), 0, 1) * np.pi) / 2 + 0.5
    below = np.clip((y - top) / (_PLAIN_FROM * max(height - top, 1)), 0, 1)
    rows: Pixels = above * (needed + (1 - needed) * below * below * (3 - 2 * below))
    return rows


def _strength(pixels: Pixels, scheme: Scheme) -> float:
    """Return the least opacity of the shade (0..1) for the brightest of `pixels` (n, 3), by bisection."""
    limit = (luminance(scheme.muted) + 0.05) / _AIMED - 0.05
    shade = np.array(scheme.paper, dtype=np.float64)
    low, high = _THINNEST, 1.0
    if _brightest(pixels + low * (shade - pixels)) <= limit:
        return low
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (low, middle) if _brightest(pixels + middle * (shade - pixels)) <= limit else (middle, high)
    return high


def _brightest(pixels: Pixels) -> float:
    return float((to_linear(pixels / 255) @ LUMINANCE).max())
