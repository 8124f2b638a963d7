"""Web formats of a picture: AVIF and WebP at given widths, at the lowest quality without visible loss."""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from PIL import Image

from imaging.formats import Format
from imaging.pictures.each import Each
from imaging.pictures.picture import opened
from imaging.pictures.scaling import at_widths, prepared
from imaging.pictures.similarity import ssim

Width = int | Literal["full"]

_CLOSEST = 0.85  # a width is at most this share of the next larger one: a browser gains nothing from closer ones

# The SSIM that two probes must reach: the picture scaled down, with most detail per pixel, and a crop at full size,
# with the grain. A quality that is enough for both is enough for all widths between (docs/formats.md).
LEAST_SIMILARITY = 0.98
_PROBE_WIDTH, _PIECE = 480, 320  # pixels

# Between two neighbouring levels of an encoder -ln(1 - SSIM) grows by about `_STEP`, with most photographs; up to
# `_CONVEX` times faster at the upper end (measured on 41 painted, photo-like and photographed pictures and cards).
_ENOUGH = -math.log(1 - LEAST_SIMILARITY)
_FIRST, _STEP, _CONVEX = 2, 0.34, 1.3

_FLAT = 0.7  # share of a piece's pixels that are like their neighbour


@dataclass(frozen=True, slots=True)
class _Effort:
    """Options of an encoder that weigh effort against time, and the quality of each level with them."""

    qualities: Sequence[int]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Encoder:
    """How to encode a format: `thorough` up to `limit` pixels, `quick` beyond; `trial` is how probes are encoded.

    Always `thorough` for flat areas, such as a card's, of which quick AVIF makes twice the bytes. Measured by
    tests/imaging/pictures/bench_encoders.py; one thread, as pictures are encoded concurrently.
    """

    thorough: _Effort
    quick: _Effort
    trial: _Effort
    limit: int

    def effort(self, size: tuple[int, int], *, flat: bool) -> _Effort:
        return self.thorough if flat or size[0] * size[1] <= self.limit else self.quick


_LEVELS = 8
_AVIF, _WEBP = (45, 51, 57, 63, 69, 75, 81, 88), (60, 68, 75, 80, 84, 88, 92, 96)
_AVIF_9 = _Effort(_AVIF, {"speed": 9, "max_threads": 1})
_WEBP_4 = _Effort(_WEBP, {"method": 4})
_ENCODERS: Mapping[Format, _Encoder] = {
    "avif": _Encoder(_Effort(_AVIF, {"speed": 8, "max_threads": 1}), _AVIF_9, _AVIF_9, 250_000),
    # Method 2 takes half the time and some likeness: half a level makes up for it.
    "webp": _Encoder(_WEBP_4, _Effort((64, 72, 78, 82, 86, 90, 94, 97), {"method": 2}), _WEBP_4, 1_200_000),
}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One encoded file: `width` and `height` in pixels, `quality` on its encoder's scale."""

    format: Format
    width: int
    height: int
    quality: int
    data: bytes = field(repr=False)


def widths(original: int, wanted: Sequence[Width]) -> list[int]:
    """Return the widths to encode of a picture that is `original` pixels wide: smaller ones, and its own for `full`.

    A width within 15% of the next larger one is left out.
    """
    possible = {original if width == "full" else width for width in wanted if width == "full" or width < original}
    found: list[int] = []
    for width in sorted(possible, reverse=True):
        if not found or width <= _CLOSEST * found[-1]:
            found.append(width)
    return found[::-1]


def renditions(
    data: bytes, wanted: Sequence[tuple[Format, int]], packet: bytes | None, each: Each = map
) -> Iterator[Rendition]:
    """Yield the picture in each wanted format and width, never enlarged, each with `packet` (XMP).

    `each` may encode several at once. Raises OSError or ValueError if the picture cannot be decoded, or is too large
    for a format (WebP: 16,383 pixels a side).
    """
    with opened(data) as image:
        picture = prepared(image)
    probe = min(_PROBE_WIDTH, picture.width)
    at = at_widths(picture, {probe, *(min(width, picture.width) for _, width in wanted)}, each)
    xmp = {"xmp": packet} if packet else {}
    formats = list(dict.fromkeys(name for name, _ in wanted))
    probes = [at[probe], _piece(picture)]
    flat = _is_flat(probes[1])
    levels = dict(zip(formats, each(lambda name: lowest_level(probes, name, flat=flat), formats), strict=True))

    def rendition(one: tuple[Format, int]) -> Rendition:
        image_format, image = one[0], at[min(one[1], picture.width)]
        effort = _ENCODERS[image_format].effort(image.size, flat=flat)
        quality = effort.qualities[levels[image_format]]
        made = _encoded(image, image_format, quality, {**effort.options, **xmp})
        return Rendition(image_format, *image.size, quality, made)

    # The largest take longest: they begin first.
    by_size = sorted(wanted, key=lambda one: -one[1])
    made = dict(zip(by_size, each(rendition, by_size), strict=True))
    yield from (made[one] for one in wanted)


def lowest_level(probes: Sequence[Image.Image], image_format: Format, *, flat: bool = False) -> int:
    """Return the lowest level (0 to 7) at which all probes reach the required SSIM, else the highest.

    It is estimated from two tries: likeness grows evenly enough with the level.
    """

    encoder = _ENCODERS[image_format]
    effort = encoder.thorough if flat else encoder.trial

    def likeness(level: int) -> float:
        tried = [(probe, _encoded(probe, image_format, effort.qualities[level], effort.options)) for probe in probes]
        return min(-math.log(max(1 - _similarity(*one), 1e-6)) for one in tried)

    first = likeness(_FIRST)
    level = 0 if first >= _ENOUGH else min(max(_FIRST + round((_ENOUGH - first) / _STEP), _FIRST + 1), _LEVELS - 1)
    second = likeness(level)
    if level == 0 and second >= _ENOUGH:
        return 0
    slope = max((second - first) / (level - _FIRST), 0.02)
    if second > _ENOUGH:
        slope *= _CONVEX
    return min(max(math.ceil(level + (_ENOUGH - second) / slope), 0), _LEVELS - 1)


def _piece(picture: Image.Image) -> Image.Image:
    """Return the middle of a picture, at most 320 pixels wide and high."""
    left, top = (max(0, (side - _PIECE) // 2) for side in picture.size)
    return picture.crop((left, top, min(left + _PIECE, picture.width), min(top + _PIECE, picture.height)))


def _is_flat(piece: Image.Image) -> bool:
    """Return whether most pixels are like their left neighbour: 80% to 94% of a card's are, at most 62% of others'."""
    pixels = np.asarray(piece.convert("RGB"))
    return bool((pixels[:, 1:] == pixels[:, :-1]).all(axis=2).mean() >= _FLAT) if piece.width > 1 else False


def _encoded(image: Image.Image, image_format: Format, quality: int, options: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    # A copy, since Pillow keeps the options of `save` in the image, where another thread's would mix with them.
    image.copy().save(out, image_format.upper(), quality=quality, **options)
    return out.getvalue()


def _similarity(image: Image.Image, made: bytes) -> float:
    with opened(made) as decoded:
        return ssim(image, decoded)
