"""Stored pictures as they came from the vendor: without the mark."""

from imaging.errors import BadPicture
from imaging.pictures.anatomy import parts

_PACKETS = (b"XML:com.adobe.xmp\0", b"http://ns.adobe.com/xap/1.0/\0")


def unmarked(data: bytes) -> bytes:
    """A PNG or JPEG without its XMP packet, byte for byte; what is no picture is returned as it is."""
    try:
        return b"".join(part for part in parts(data) if not any(packet in part[:60] for packet in _PACKETS))
    except BadPicture:
        return data
