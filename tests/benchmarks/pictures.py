"""Pictures as large as real ones, photo-like or painted: never twice the same, and at next to no cost for each."""

import hashlib
import io
import struct
import threading
import zlib
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from imaging.painting.painter import paint
from tests.imaging.pictures.bench_samples import photo

Look = Literal["photo", "painted"]
SIZES = ((2752, 1536), (1024, 1024), (768, 1344))
"""Hero; supporting, comparison and Instagram; TikTok."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class _Png:
    """A PNG but for its last row, which each file has of its own: all above it is deflated once."""

    size: tuple[int, int]
    above: bytes
    """Deflated up to a full flush: another deflate stream may follow."""
    checksum: int
    """Adler-32 of the rows above."""

    @classmethod
    def of(cls, image: Image.Image) -> "_Png":
        rows = _filtered_rows(image)
        above = rows[: -_row_bytes(image.width)]
        deflate = zlib.compressobj(6)
        return cls(image.size, deflate.compress(above) + deflate.flush(zlib.Z_FULL_FLUSH), zlib.adler32(above))

    def signed(self, seed: str) -> bytes:
        """Return the file with a last row that no other seed has."""
        width, height = self.size
        row = b"\0" + (hashlib.sha256(seed.encode()).digest()[:30] * (width // 10 + 1))[: 3 * width]
        deflate = zlib.compressobj(6, wbits=-15)
        data = (
            self.above + deflate.compress(row) + deflate.flush() + struct.pack(">I", zlib.adler32(row, self.checksum))
        )
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


class Pictures:
    """How vendors draw: called with seed, width, height and extension, as `tests.standins.pictures.picture` is."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._images: dict[tuple[int, int], Image.Image] = {}
        self._pngs: dict[tuple[int, int], _Png] = {}

    def prepared(self) -> "Pictures":
        """Draw what all others are made from, before any clock runs."""
        for size in SIZES:
            self._png(size)
        return self

    def __call__(self, seed: str, width: int, height: int, extension: str) -> bytes:
        if extension == "png":
            return self._png((width, height)).signed(seed)
        image = self._image((width, height)).copy()
        image.paste(tuple(hashlib.sha256(seed.encode()).digest()[:3]), (0, height - 16, 16, height))
        out = io.BytesIO()
        image.save(out, {"jpg": "JPEG", "webp": "WEBP"}[extension], quality=90)
        return out.getvalue()

    def _png(self, size: tuple[int, int]) -> _Png:
        image = self._image(size)
        with self._lock:
            if size not in self._pngs:
                self._pngs[size] = _Png.of(image)
            return self._pngs[size]

    def _image(self, size: tuple[int, int]) -> Image.Image:
        with self._lock:
            if size not in self._images:
                made = photo(size, roughness=1.7, grain=1.5) if self._look == "photo" else paint("kaffee", size, None)
                self._images[size] = made.convert("RGB")
            return self._images[size]


def _row_bytes(width: int) -> int:
    return 1 + 3 * width


def _filtered_rows(image: Image.Image) -> bytes:
    """Return the rows as a PNG encoder filters them, which is what makes the file as large as real ones."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    data, place, found = out.getvalue(), len(_SIGNATURE), b""
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        found += data[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += 12 + length
    return zlib.decompress(found)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
