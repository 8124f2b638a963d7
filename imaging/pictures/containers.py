"""Reading and writing the XMP packet of a PNG, JPEG or WebP file, without re-encoding pixels.

Everything else in the file is kept byte for byte: EXIF, ICC profiles, C2PA manifests, further pictures. Several XMP
packets are replaced by one, since readers differ in which of them they use.
"""

import struct
import zlib
from itertools import chain

from imaging.pictures.anatomy import parts
from imaging.pictures.picture import opened

_PNG_XMP = b"XML:com.adobe.xmp\x00"  # XMP specification, part 3, 1.1.5
_PNG_RAW_XMP = b"raw profile type xmp\x00"  # ImageMagick's way to store a packet, in hex
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"  # the same, 1.1.3
_JPEG_XMP_MORE = b"http://ns.adobe.com/xmp/extension/\x00"  # continuation of a packet larger than a segment
_SOI = b"\xff\xd8"
_JPEG_SEGMENT = 65_535 - 2  # bytes that a segment can hold, without its length field
_PNG_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_COMMENT = 0xFE  # the marker of a JPEG's comments
_VP8X_ALPHA, _VP8X_XMP = 0x10, 0x04


def packet_in(data: bytes) -> bytes | None:
    """Return the XMP packet of a PNG, JPEG, WebP or AVIF picture, None if it has none. Raises OSError."""
    with opened(data) as image:
        packet = image.info.get("xmp")
        # A PNG's chunk may follow the pixels, which are not decoded where that cannot be.
        if image.format == "PNG" and _PNG_XMP in data and (packet is None or packets(data) > 1):
            image.load()
            packet = image.info.get("xmp")
    return packet.encode() if isinstance(packet, str) else packet


def packets(data: bytes) -> int:
    """Count the XMP packets in a PNG, JPEG or WebP picture, since a reader may use any of them."""
    return sum(map(_holds_xmp, _segments(data) if data.startswith(_SOI) else parts(data)))


def _holds_xmp(part: bytes) -> bool:
    if part.startswith(b"XMP "):
        return True
    if part[4:8] in _PNG_TEXTS:
        return part[8:].lower().startswith((_PNG_XMP.lower(), _PNG_RAW_XMP))
    begin = part.lstrip(b"\xff")[:40]
    return begin.startswith(b"\xe1") and begin[3:].startswith((_JPEG_XMP, _JPEG_XMP_MORE))


def has_room(data: bytes, packet: bytes) -> bool:
    """Return whether the packet fits into the picture: a JPEG's segment holds 64 KB."""
    return not data.startswith(_SOI) or len(_JPEG_XMP + packet) <= _JPEG_SEGMENT


def with_packet(data: bytes, packet: bytes) -> bytes:
    """Return the PNG, JPEG or WebP picture with this packet instead of its own. Raises BadPicture."""
    if data.startswith(b"\x89PNG"):
        return _png(data, packet)
    if data.startswith(_SOI):
        return _jpeg(data, packet)
    return _webp(data, packet)


def without_words(data: bytes, words: str) -> bytes:
    """Return the picture without comments that contain these words; XMP and EXIF stay. Raises BadPicture, OSError.

    Needed because some models write the whole prompt into a comment.
    """
    with opened(data) as image:
        if image.format == "PNG" and any(part[4:8] in _PNG_TEXTS for part in parts(data)):
            image.load()  # some chunks may follow the pixels
            texts: dict[str, str] = getattr(image, "text", {})
            found = {key.encode("latin-1") for key, text in texts.items() if words in text} - {_PNG_XMP[:-1]}
            return b"".join(part for part in parts(data) if not _is_png_text(part, found))
        if image.format in {"JPEG", "MPO"} and words.encode() in image.info.get("comment", b""):
            return _SOI + b"".join(one for one in _segments(data) if one.startswith(_SOI) or _kind(one) != _COMMENT)
    return data


def _is_png_text(part: bytes, keywords: set[bytes]) -> bool:
    return part[4:8] in _PNG_TEXTS and part[8:].partition(b"\0")[0] in keywords


def _png(data: bytes, packet: bytes) -> bytes:
    head, *chunks = parts(data)  # signature and IHDR
    # An iTXt chunk: keyword, no compression, no language, no translated keyword, text.
    ours = _png_chunk(b"iTXt", _PNG_XMP + b"\x00\x00\x00\x00" + packet)
    return b"".join([head, ours, *(chunk for chunk in chunks if not _holds_xmp(chunk))])


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _jpeg(data: bytes, packet: bytes) -> bytes:
    segments = _segments(data)
    header = next(place for place, one in enumerate(segments) if _kind(one) == 0xDA)  # the first picture's pixels
    others = [one for one in segments[:header] if not _holds_xmp(one)]
    # JFIF and EXIF must be first.
    place = 0
    while place < len(others) and (_kind(others[place]) == 0xE0 or b"Exif\x00\x00" in others[place][:12]):
        place += 1
    body = _JPEG_XMP + packet
    ours = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    behind = [one for one in segments[header:] if not _holds_xmp(one)]
    return b"".join([_SOI, *others[:place], ours, *others[place:], *behind])


def _segments(data: bytes) -> list[bytes]:
    """Return a JPEG's segments without the first start-of-image marker; further pictures keep theirs."""
    first, *rest = parts(data)
    return [first[2:], *rest]


def _kind(segment: bytes) -> int:
    return segment.lstrip(b"\xff")[0]  # any number of FF may precede a marker


def _webp(data: bytes, packet: bytes) -> bytes:
    _, *chunks = parts(data)
    if not chunks[0].startswith(b"VP8X"):
        chunks.insert(0, _vp8x(data))
    flags = chunks[0][8] | _VP8X_XMP
    chunks[0] = chunks[0][:8] + bytes([flags]) + chunks[0][9:]
    # XMP follows the pixels and EXIF, and precedes unknown chunks (RFC 9649, 2.7).
    known = [one for one in chunks if one[:4] in _WEBP_ORDER]
    unknown = [one for one in chunks if one[:4] not in {*_WEBP_ORDER, b"XMP "}]
    body = b"".join(chain(known, [_riff_chunk(b"XMP ", packet)], unknown))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


_WEBP_ORDER = {b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L", b"EXIF"}


def _vp8x(data: bytes) -> bytes:
    """Return the header that a simple WebP lacks: flags, and width and height less one (RFC 9649, 2.7)."""
    with opened(data) as image:
        flags = _VP8X_ALPHA if image.mode == "RGBA" else 0
        size = b"".join(struct.pack("<I", side - 1)[:3] for side in image.size)
    return _riff_chunk(b"VP8X", struct.pack("<I", flags) + size)


def _riff_chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
