"""The structure of PNG, JPEG and WebP files, and the refusal of polyglots: pictures that are another format as well.

A decoder stops at the last pixel and skips unknown parts. Bytes after the end, or in a comment, may be a web page, an
archive or a program to another reader.
"""

import re
import struct
from collections.abc import Callable, Generator, Iterator
from itertools import islice, pairwise

from imaging.errors import BadPicture, NotWhole

_Walk = Callable[[bytes], Iterator[int]]

_PNG = b"\x89PNG\r\n\x1a\n"
_SOI = b"\xff\xd8"  # start of image: the first bytes of a JPEG
# Normal pictures have a few thousand at most (a PNG of 64 MiB in chunks of 8 KB); millions of empty ones in 64 MiB
# would occupy a decoder for 15 seconds.
_MAX_PARTS = 100_000
_PADDING = {b"\0", b"\t", b"\n", b"\r", b" "}
_ALL_PADDING = re.compile(rb"[\0\t\n\r ]*+")
_BROKE_OFF = "the picture broke off: it has no end"
_BROKEN = "the picture's parts do not fit together"

# Searched for in the whole file, pixel data included, since a decoder also skips bytes after the last pixel within it.
# So each must be long enough not to occur by chance: one compressed picture of 8 MB in about 400,000 contains any.
_FOREIGN = {
    "a PDF": re.compile(rb"%PDF-[12]\."),
    "a zip archive": re.compile(
        # A file's header (version up to 6.3, a usual method) or the directory's end (all on one disk).
        rb"PK(?:\x03\x04[\x0a-\x3f]\x00..[\x00\x08\x09\x0c\x0e\x5d\x5f]\x00|\x05\x06\x00{4})",
        re.DOTALL,
    ),
    "a web page": re.compile(rb"<(?:script[\s>/]|html(?:>|\s+[a-z>])|!doctype\s+html)", re.IGNORECASE),
    "a PHP program": re.compile(rb"<\?php\s", re.IGNORECASE),
}


def type_by_beginning(data: bytes) -> str | None:
    """Return the content type of a PNG, JPEG or WebP by its first twelve bytes; None for any other file."""
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if data.startswith(b"RIFF") and data[8:12] == b"WEBP" else None


def refuse_polyglot(data: bytes) -> None:
    """Raise BadPicture if `data` is more than a PNG, JPEG or WebP, NotWhole if it is truncated or broken.

    XMP, EXIF, ICC profiles and C2PA manifests are parts of a picture, their thumbnails too. A JPEG may be followed by
    further whole JPEGs (multi-picture files of phones). Any other format is left to the decoder.
    """
    walk = _walk_of(data)
    if walk is None:
        return
    ends = _ends(walk, data)
    if behind := len(data) - ends[-1]:
        raise BadPicture(f"more than a picture (a polyglot): {behind:,} bytes after the picture's end")
    for what, signature in _FOREIGN.items():
        if found := signature.search(data):
            raise BadPicture(f"more than a picture (a polyglot): it contains {what}, at byte {found.start():,}")


def padding_behind(data: bytes) -> int:
    """Return how many bytes of padding (zeros, blanks, line ends) follow a picture; 0 if anything else does.

    Raises BadPicture.
    """
    walk = _walk_of(data) if data[-1:] in _PADDING else None
    if walk is None:
        return 0
    end = _ends(walk, data)[-1]
    return len(data) - end if _ALL_PADDING.fullmatch(data, end) else 0


def parts(data: bytes) -> list[bytes]:
    """Return the chunks or segments of a PNG, JPEG or WebP; the file's signature is part of the first one.

    (For a WebP it is the first one.) Raises BadPicture.
    """
    walk = _walk_of(data)
    if walk is None:
        raise BadPicture("not a PNG, JPEG or WebP picture")
    return [data[begin:end] for begin, end in pairwise([0, *_ends(walk, data)])]


def _ends(walk: _Walk, data: bytes) -> list[int]:
    ends = list(islice(walk(data), _MAX_PARTS + 1))
    if len(ends) > _MAX_PARTS:
        raise BadPicture(f"the picture has more than {_MAX_PARTS:,} parts")
    return ends


def _walk_of(data: bytes) -> _Walk | None:
    if data.startswith(_PNG):
        return _png
    if data.startswith(_SOI):
        return _jpeg
    return _webp if data.startswith(b"RIFF") and data[8:12] == b"WEBP" else None


def _png(data: bytes) -> Iterator[int]:
    """Yield the end of each chunk, up to IEND (https://www.w3.org/TR/png-3/#5Chunk-layout)."""
    place = len(_PNG)
    while place + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        place += 12 + length
        yield place
        if name == b"IEND":
            if length:
                raise NotWhole(_BROKEN)
            return
    raise NotWhole(_BROKE_OFF)


def _webp(data: bytes) -> Iterator[int]:
    """Yield the ends of the header and each chunk, up to the length that RIFF declares (RFC 9649, section 2.3)."""
    (size,) = struct.unpack_from("<I", data, 4)
    place, end = 12, 8 + size
    if end > len(data):
        raise NotWhole(_BROKE_OFF)
    yield place
    while place + 8 <= end:
        (length,) = struct.unpack_from("<I", data, place + 4)
        place += 8 + length + length % 2  # an odd chunk has a byte of padding
        yield place
    if place != end:
        raise NotWhole(_BROKEN)


_NEXT_JPEG = re.compile(rb"\x00*" + _SOI)  # cameras pad with zeros between two pictures
_MARKER = re.compile(rb"\xff+([^\x00\xff])")  # any number of FF may precede a marker
# Within a scan FF is written as FF 00, and restart markers (D0 to D7) are part of it.
_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length field


def _jpeg(data: bytes) -> Iterator[int]:
    """Yield the end of each segment, up to the end of the last JPEG in the file (ITU-T T.81, annex B)."""
    place = 0
    while begin := _NEXT_JPEG.match(data, place):
        place = yield from _one_jpeg(data, begin.end())


def _one_jpeg(data: bytes, place: int) -> Generator[int, None, int]:
    has_pixels = False
    while marker := _MARKER.match(data, place):
        kind, place = marker[1][0], marker.end()
        if kind == _END_OF_IMAGE:
            if not has_pixels:
                break
            yield place
            return place
        if kind not in _ALONE:
            length = int.from_bytes(data[place : place + 2])
            if length < 2:
                break
            place += length
        if kind == _START_OF_SCAN:
            has_pixels = True
            scan = _SCAN_END.search(data, place)
            place = scan.start() if scan else len(data)
        yield place
    raise NotWhole(_BROKE_OFF if place + 1 >= len(data) else _BROKEN)
