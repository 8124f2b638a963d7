"""Bodies of answers, within limits. Some come packed, though unasked: from a bucket that keeps files so, or a proxy."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import httpx

IDENTITY = "identity"
_PACKED = {"gzip", "x-gzip"}
_MAGIC = b"\x1f\x8b"


class Unreadable(Exception):
    """The answer is packed in a way that is not read, or not packed as it says."""


class TooLong(Exception):
    """The body has more bytes than are read."""


def whole_body(answer: httpx.Response, max_bytes: int) -> bytes:
    """Return the body, as it was before it was packed. Raises TooLong, Unreadable, httpx.HTTPError."""
    body = bytearray()
    for part in unpacked(answer, max_bytes):
        body += part
        if len(body) > max_bytes:
            raise TooLong(f"more than {max_bytes:,} bytes")
    return bytes(body)


def unpacked(answer: httpx.Response, max_bytes: int, size: int | None = None) -> Iterator[bytes]:
    """Yield the body in parts, as it was before it was packed; each comes of `size` bytes, or as they arrive.

    One layer of gzip is read: a few hundred bytes may unpack to gigabytes, packed twice and three times over. A part
    has at most `max_bytes` and one, so that whoever adds them up learns of more before it is in memory. What is said to
    be packed, and is a picture, say, stays as it is. Raises Unreadable, httpx.HTTPError.
    """
    parts, encoding = answer.iter_raw(size), answer.headers.get("content-encoding", "")
    named = [name for name in encoding.lower().replace(" ", "").split(",") if name not in {"", IDENTITY}]
    if not named:
        yield from parts
    elif len(named) == 1 and named[0] in _PACKED:
        yield from _unzipped(parts, max_bytes)
    else:
        raise Unreadable(f"packed as {encoding[:20]!r}, which was not asked for")


def _unzipped(parts: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    parts = iter(parts)
    head = b"".join(islice(parts, 1))
    if not _MAGIC.startswith(head[:2]):
        yield from chain([head], parts)
        return
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for part in chain([head], parts):
        try:
            yield unpack.decompress(part, max_bytes + 1)
        except zlib.error:
            raise Unreadable("said to be packed as gzip, and is not") from None
    if not unpack.eof:
        raise Unreadable("packed, and broke off")
