"""Picture files taken apart and put together: a part more, a part less, something behind the end."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image


def saved(image_format: str, image: Image.Image | None = None, **options: object) -> bytes:
    """A small picture, or the one that is given, as a file."""
    with io.BytesIO() as out:
        (image or Image.radial_gradient("L").resize((24, 16)).convert("RGB")).save(out, image_format, **options)
        return out.getvalue()


def zipped() -> bytes:
    """A whole zip archive."""
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.txt", "text")
        return out.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(name: bytes, data: bytes) -> bytes:
    """A PNG with one chunk more, before its end."""
    whole = saved("PNG")
    return whole[:-12] + png_chunk(name, data) + whole[-12:]


def jpeg_with(marker: int, data: bytes) -> bytes:
    """A JPEG with one segment more, at its beginning."""
    whole = saved("JPEG")
    return whole[:2] + struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data + whole[2:]


def webp_with(name: bytes, data: bytes) -> bytes:
    """A WebP with one chunk more, at its end."""
    padding = b"\0" * (len(data) % 2)
    chunks = saved("WEBP")[12:] + name + struct.pack("<I", len(data)) + data + padding
    return riff(chunks)


def riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


# Where a picture has room for what is no pixel, by name.
ROOMS: dict[str, Callable[[bytes], bytes]] = {
    "png tEXt": lambda data: png_with(b"tEXt", b"Comment\0" + data),
    "png zTXt": lambda data: png_with(b"zTXt", b"Comment\0\0" + data),
    "png iTXt": lambda data: png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + data),
    "png eXIf": lambda data: png_with(b"eXIf", data),
    "png unknown": lambda data: png_with(b"ruSt", data),
    "jpeg comment": lambda data: jpeg_with(0xFE, data),
    "jpeg APP1": lambda data: jpeg_with(0xE1, b"Exif\0\0" + data),
    "jpeg APP2": lambda data: jpeg_with(0xE2, b"ICC_PROFILE\0\1\1" + data),
    "jpeg APP15": lambda data: jpeg_with(0xEF, data),
    "webp EXIF": lambda data: webp_with(b"EXIF", data),
    "webp XMP": lambda data: webp_with(b"XMP ", data),
    "webp unknown": lambda data: webp_with(b"RUST", data),
}
