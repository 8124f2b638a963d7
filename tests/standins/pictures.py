"""Pictures that are cheap to make, of the right size and format, and never twice the same."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

Drawing = Callable[[str, int, int, str], bytes]
"""From a seed, width, height and extension to a file."""

CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_CODECS: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("PNG", {"compress_level": 1, "compress_type": zlib.Z_RLE}),
    "jpg": ("JPEG", {"quality": 90}),
    "webp": ("WEBP", {"quality": 80, "method": 0}),
}
_SCALE = 8
"""Drawn at an eighth and scaled up: the hero takes 35 ms of processor time instead of 300."""

SCRIPT = b"<script>alert(document.domain)</script>"


@lru_cache(maxsize=128)
def picture(seed: str, width: int, height: int, extension: str) -> bytes:
    """A gradient with `seed` written on it, in its colours; the same seed gives the same bytes."""
    return _encoded(_small(seed, width, height), width, height, extension)


def _small(seed: str, width: int, height: int) -> Image.Image:
    """The picture as it is drawn."""
    digest = hashlib.sha256(seed.encode()).digest()
    columns, rows = -(-width // _SCALE), -(-height // _SCALE)
    across = np.linspace(0, 1, columns)[None, :, None]
    down = np.linspace(0, 1, rows)[:, None, None]
    corners = np.frombuffer(digest[:9], dtype=np.uint8).reshape(3, 3).astype(float)
    pixels = corners[0] * (1 - across) * (1 - down) + corners[1] * across + corners[2] * down * (1 - across)
    small = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    ImageDraw.Draw(small).multiline_text((4, 4), "\n".join(_lines(seed, columns)), fill="white", font_size=10)
    return small


def _encoded(small: Image.Image, width: int, height: int, extension: str) -> bytes:
    large = small.resize((width, height), Image.Resampling.NEAREST)
    codec, options = _CODECS[extension]
    buffer = io.BytesIO()
    large.save(buffer, codec, **options)
    return buffer.getvalue()


@lru_cache(maxsize=128)
def indexed(seed: str, width: int, height: int, extension: str) -> bytes:
    """The picture as a PNG with a palette: a hero takes the product and us 45 ms of processor time instead of 95."""
    if extension != "png":
        return picture(seed, width, height, extension)
    return _encoded(_small(seed, width, height).quantize(64, dither=Image.Dither.NONE), width, height, extension)


def _lines(text: str, columns: int) -> list[str]:
    """The text in lines that fit, at about six pixels a letter."""
    letters = max(4, columns // 7)
    return [text[start : start + letters] for start in range(0, len(text), letters)]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side: int = 30_000) -> bytes:
    """A PNG of under 200 bytes that declares `side` x `side` RGB pixels: 2.7 GB once decoded."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(64))) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def polyglot() -> bytes:
    """A PNG that every decoder accepts, and that is a web page for a browser which sniffs."""
    return picture("polyglot", 256, 256, "png") + b"<html>" + SCRIPT + b"</html>"


def svg() -> bytes:
    """A drawing that runs a script where it is shown."""
    return b'<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024">' + SCRIPT + b"</svg>"
