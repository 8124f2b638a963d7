"""Fonts of tenants: checked and stripped when they come in, and as a face for cards."""

import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from imaging.children import minimal_environment
from imaging.typesetting.fonts import MANROPE, Face

MAX_BYTES = 5_000_000
_SECONDS = 30  # timeout for the reader, which has limits of its own
_KINDS = {b"\0\1\0\0": ".ttf", b"true": ".ttf", b"OTTO": ".otf"}
_PACKED = {b"wOF2"}
_MANROPE_CAPITAL = 0.72  # ems: how tall its H is, and so any face's on a card
_SCALES = 0.8, 1.3


@dataclass(frozen=True, slots=True)
class OwnFont:
    """A font's stripped bytes, plain TrueType or OpenType whatever came in. `letters`: how many it has."""

    data: bytes
    extension: str
    family: str
    letters: int


def accepted_font(data: bytes) -> OwnFont:
    """Return the font in `data`, a TTF, OTF or WOFF2. Raises ValueError with the reason for anything else.

    Unpacked and drawn with in a separate process (`font_reader`): a WOFF2 may be a decompression bomb, and FreeType
    reads fonts in C.
    """
    if data[:4] not in {*_KINDS, *_PACKED}:
        raise ValueError(
            "not a TTF, OTF or WOFF2 font" + (": give one font of the collection" if data[:4] == b"ttcf" else "")
        )
    if len(data) > MAX_BYTES:
        raise ValueError(f"a font has at most {MAX_BYTES:,} bytes, not {len(data):,}")
    command = [sys.executable, "-I", str(Path(__file__).with_name("font_reader.py"))]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=data, capture_output=True, timeout=_SECONDS, check=True, env=minimal_environment()
        )
    except subprocess.SubprocessError:
        raise ValueError("the font cannot be read, or has no letters") from None
    plain = done.stdout
    return OwnFont(plain, _KINDS[plain[:4]], _family(plain), len(covered_letters(plain)))


def plain_font(data: bytes) -> bytes:
    """Return the bytes of a font that was accepted before. Raises ValueError for anything else."""
    if data[:4] not in _KINDS or len(data) > 8 * MAX_BYTES:
        raise ValueError("not a font as `article-images brand set --font` stores it: set it again")
    try:
        own_face(data)
    except Exception as error:  # noqa: BLE001 - fontTools raises whatever its parts raise
        raise ValueError(f"the font cannot be read ({type(error).__name__}): set it again") from None
    return data


@lru_cache(maxsize=8)
def own_face(data: bytes) -> Face:
    """Return a stripped font as a face, in the size that makes its capitals as tall as those of other faces."""
    with TTFont(BytesIO(data), lazy=True) as font:
        units, metrics = font["head"].unitsPerEm, font["hhea"]
        capital = getattr(font["OS/2"], "sCapHeight", 0) / units if "OS/2" in font else 0
        scale = min(max(_MANROPE_CAPITAL / capital, _SCALES[0]), _SCALES[1]) if capital else 1.0
        leading = min(max((metrics.ascent - metrics.descent) / units * 0.95, MANROPE.leading), 1.4)
        return Face("own", "", "", "", leading, scale, variable="fvar" in font, data=data)


def covered_letters(data: bytes) -> list[int]:
    """Return the code points of letters that the font has glyphs for."""
    with TTFont(BytesIO(data), lazy=True) as font:
        return [code for code in font.getBestCmap() or () if chr(code).isalpha()]


def _family(data: bytes) -> str:
    with TTFont(BytesIO(data), lazy=True) as font:
        name = font["name"].getBestFamilyName() if "name" in font else None
        return "".join(sign for sign in str(name or "") if sign.isprintable())[:60] or "unnamed"
