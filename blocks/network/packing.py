"""Answers that come packed although nothing packed was asked for: from a bucket that keeps files so, or a proxy."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice

IDENTITY = "identity"
_PACKED = {"gzip", "x-gzip"}
_MAGIC = b"\x1f\x8b"


class Unreadable(ValueError):
    """The answer is packed in a way that is not read, or not packed as it says."""


def unpacked(parts: Iterable[bytes], encoding: str, max_bytes: int) -> Iterator[bytes]:
    """Yield the parts of an answer as they were before it was packed with `encoding` (its Content-Encoding).

    One layer of gzip is read: a few hundred bytes may unpack to gigabytes, packed twice and three times over. A part
    has at most `max_bytes` and one, so that whoever adds them up learns of more before it is in memory. What is said to
    be packed, and is a picture, say, stays as it is. Raises Unreadable.
    """
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
