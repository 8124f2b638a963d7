"""Removal of unknown and suspicious metadata from picture files.

A part that is unknown, or contains another file format, is dropped rather than the picture refused, since the picture
is paid for. Foreign data within the pixel data, or after the end, cannot be dropped: see `imaging.pictures.anatomy`.
"""

import re
import struct
import zlib
from collections.abc import Callable

from imaging.errors import BadPicture
from imaging.pictures.anatomy import parts
from imaging.pictures.picture import MAX_PIXELS, Picture, inspect

_SOI = b"\xff\xd8"
_BEGIN = re.compile(rb"\x00*" + _SOI)  # start of the first picture, and of each further one
_MAX_UNPACKED = 1_000_000  # bytes of a compressed profile or text: Pillow's own limit

# https://www.w3.org/TR/png-3/#4Concepts.AncillInfo; caBX holds C2PA.
_PNG_PIXELS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"})
_PNG_COLOURS = frozenset({b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"pHYs", b"hIST"})
_PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PNG_METADATA = _PNG_TEXTS | {b"iCCP", b"sPLT", b"eXIf", b"tIME", b"caBX"}

# ITU-T T.81, table B.1: all segments but APPn, comments and reserved ones are needed to decode.
_COMMENT, _ADOBE = 0xFE, 0xEE
_JPEG_METADATA: dict[int, tuple[bytes, ...]] = {
    0xE0: (b"JFIF\0", b"JFXX\0"),
    0xE1: (b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"),
    0xE2: (b"ICC_PROFILE\0", b"MPF\0"),
    0xEB: (b"JP",),  # JUMBF, and so C2PA
    0xED: (b"Photoshop 3.0\0",),
    _COMMENT: (b"",),
}

# RFC 9649, section 2.7; C2PA has a chunk of that name.
_WEBP_PIXELS = frozenset({b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_WEBP_METADATA = frozenset({b"ICCP", b"EXIF", b"XMP ", b"C2PA"})

_HTML = (
    rb"script|html|head|body|svg|math|i?frame|frameset|object|embed|applet|link|meta|style|base|form|input|img|image"
    rb"|video|audio|details|template|textarea|marquee|!doctype|!entity"
)
_FOREIGN = re.compile(
    rb"%PDF-\d|%!PS|PK(?:\x01\x02|\x03\x04|\x05\x06|\x06\x06|\x07\x08)|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\xfd7zXZ\0"
    rb"|\x1f\x8b\x08|BZh[1-9]1AY|MSCF\0{4}|\x7fELF|\xca\xfe\xba\xbe|\0asm|#!/"
    rb"|<(?:" + _HTML + rb")[\s/>]|<\?(?:php|=|xml-stylesheet)|<%[@=!\s]",
    re.IGNORECASE,
)


def cleaned(data: bytes) -> bytes:
    """Return the PNG, JPEG or WebP picture with its known parts alone; other formats are returned unchanged."""
    return _kept(data, lambda part: not _FOREIGN.search(part) and not _FOREIGN.search(part.replace(b"\0", b"")))


def bare(data: bytes) -> bytes:
    """Return the picture without any metadata, so that broken metadata cannot prevent decoding."""
    return _kept(data, lambda _part: False)


def accepted(data: bytes, max_pixels: int = MAX_PIXELS) -> Picture:
    """Return the picture in `data`, cleaned; without any metadata, if these prevent decoding.

    Raises as `inspect` does if the picture itself is bad.
    """
    kept = cleaned(data)
    try:
        return inspect(kept, max_pixels)
    except BadPicture as refused:
        pixels = bare(data)
        if pixels == kept:
            raise
        try:
            return inspect(pixels, max_pixels)
        except BadPicture:
            raise refused from None


def _kept(data: bytes, wanted: Callable[[bytes], bool]) -> bytes:
    """Return the picture without unknown parts, and with the metadata that `wanted` accepts."""
    try:
        cut = parts(data)
    except BadPicture:
        return data  # `inspect` raises the error
    behind = data[sum(map(len, cut)) :]  # checked by `imaging.pictures.anatomy`
    if data.startswith(b"RIFF"):
        return _riff([one for one in cut[1:] if _is_webp_part(one, wanted)]) + behind
    if data.startswith(_SOI):
        return b"".join(_jpeg_part(one, wanted) for one in cut) + behind
    return b"".join(one for number, one in enumerate(cut) if number == 0 or _is_png_part(one, wanted)) + behind


def _is_png_part(chunk: bytes, wanted: Callable[[bytes], bool]) -> bool:
    name = chunk[4:8]
    if name in _PNG_PIXELS:
        return True
    if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):  # a decoder may refuse the whole picture for it
        return False
    if name in _PNG_METADATA:
        return _is_moderate(name, chunk[8:-4]) and wanted(chunk[8:-4])
    return name in _PNG_COLOURS and len(chunk) < 1000


def _is_moderate(name: bytes, body: bytes) -> bool:
    """Return whether a text or profile is valid, and not a decompression bomb."""
    keyword, _, rest = body.partition(b"\0")
    packed = rest[1:] if name in {b"zTXt", b"iCCP"} else b""
    if name == b"iTXt" and rest[:1] == b"\1":
        packed = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if not packed:
        return 0 < len(keyword) < 80 and len(body) <= _MAX_UNPACKED if name in _PNG_TEXTS else True
    try:
        return len(zlib.decompressobj().decompress(packed, _MAX_UNPACKED + 1)) <= _MAX_UNPACKED
    except zlib.error:
        return False


def _jpeg_part(part: bytes, wanted: Callable[[bytes], bool]) -> bytes:
    """Return a segment or, if it is dropped, only the start-of-image marker in front of a picture's first one."""
    begin = _BEGIN.match(part)
    head = begin[0] if begin else b""
    return part if _is_jpeg_part(part[len(head) :], wanted) else head


def _is_jpeg_part(segment: bytes, wanted: Callable[[bytes], bool]) -> bool:
    marked = segment.lstrip(b"\xff")
    kind, body = marked[0], marked[3:]
    if kind in _JPEG_METADATA:
        return body.startswith(_JPEG_METADATA[kind]) and wanted(body)
    # Adobe's segment has the colour transform, needed to decode.
    return not 0xE0 <= kind <= 0xFE or (kind == _ADOBE and body.startswith(b"Adobe") and len(body) < 100)


def _is_webp_part(chunk: bytes, wanted: Callable[[bytes], bool]) -> bool:
    name = chunk[:4]
    return name in _WEBP_PIXELS or (name in _WEBP_METADATA and wanted(chunk[8:]))


_FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}  # in VP8X, for chunks that are present


def _riff(chunks: list[bytes]) -> bytes:
    if chunks and chunks[0].startswith(b"VP8X"):
        names = {one[:4] for one in chunks}
        absent = sum(flag for name, flag in _FLAGS.items() if name not in names)
        chunks[0] = chunks[0][:8] + bytes([chunks[0][8] & ~absent]) + chunks[0][9:]
    body = b"".join(chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
