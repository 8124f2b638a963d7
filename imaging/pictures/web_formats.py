"""Web formats of a picture: AVIF and WebP at given widths, at the lowest quality without visible loss."""

import io
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from PIL import Image

from imaging.formats import Format
from imaging.pictures.picture import opened
from imaging.pictures.scaling import prepared, scaled
from imaging.pictures.similarity import ssim

Width = int | Literal["full"]

# The SSIM that two probes must reach: the picture scaled down, with most detail per pixel, and a crop at full size,
# with the grain. A quality that is enough for both is enough for all widths between (README, "Web formats").
LEAST_SIMILARITY = 0.98
_PROBE_WIDTH, _PIECE = 480, 320  # pixels


@dataclass(frozen=True, slots=True)
class _Encoder:
    """How to encode a format.

    `qualities` to choose from; bisection finds the lowest that is enough in three or four tries. `options`: effort
    against time, measured by tests/imaging/pictures/bench_encoders.py; one thread, as pictures are encoded
    concurrently.
    """

    qualities: Sequence[int]
    options: Mapping[str, Any]


_ENCODERS: Mapping[Format, _Encoder] = {
    "avif": _Encoder((45, 51, 57, 63, 69, 75, 81, 88), {"speed": 8, "max_threads": 1}),
    "webp": _Encoder((60, 68, 75, 80, 84, 88, 92, 96), {"method": 4}),
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
    """Return the widths to encode of a picture that is `original` pixels wide: smaller ones, and its own for `full`."""
    narrower = sorted({width for width in wanted if width != "full" and width < original})
    return [*narrower, original] if "full" in wanted else narrower


def renditions(data: bytes, wanted: Sequence[tuple[Format, int]], packet: bytes | None) -> Iterator[Rendition]:
    """Yield the picture in each wanted format and width, never enlarged, each with `packet` (XMP).

    Raises OSError or ValueError if the picture cannot be decoded, or is too large for a format (WebP: 16,383 pixels a
    side).
    """
    with opened(data) as image:
        picture = prepared(image)
    at = cache(lambda width: scaled(picture, width))
    options = {"xmp": packet} if packet else {}
    for image_format in dict.fromkeys(name for name, _ in wanted):
        quality = lowest_quality([at(min(_PROBE_WIDTH, picture.width)), _piece(picture)], image_format)
        for width in (width for name, width in wanted if name == image_format):
            image = at(width)
            made = encoded(image, image_format, quality, **options)
            yield Rendition(image_format, *image.size, quality, made)


def lowest_quality(probes: Sequence[Image.Image], image_format: Format) -> int:
    """Return the lowest quality at which all probes reach the required SSIM, else the highest."""
    qualities = _ENCODERS[image_format].qualities
    similarity = cache(
        lambda quality: min(_similarity(probe, encoded(probe, image_format, quality)) for probe in probes)
    )
    place = bisect_left(qualities, LEAST_SIMILARITY, key=similarity)
    return qualities[min(place, len(qualities) - 1)]


def _piece(picture: Image.Image) -> Image.Image:
    """Return the middle of a picture, at most 320 pixels wide and high."""
    left, top = (max(0, (side - _PIECE) // 2) for side in picture.size)
    return picture.crop((left, top, min(left + _PIECE, picture.width), min(top + _PIECE, picture.height)))


def encoded(image: Image.Image, image_format: Format, quality: int, **options: Any) -> bytes:
    """Return the picture in a web format."""
    out = io.BytesIO()
    image.save(out, image_format.upper(), quality=quality, **_ENCODERS[image_format].options, **options)
    return out.getvalue()


def _similarity(image: Image.Image, made: bytes) -> float:
    with opened(made) as decoded:
        return ssim(image, decoded)
