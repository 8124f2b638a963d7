"""Decoding of pictures that are embedded in an answer as `data:` URIs."""

import base64
from urllib.parse import unquote_to_bytes

from imaging.errors import BadPicture, UnsafeDownload

_URL_SAFE = bytes.maketrans(b"-_", b"+/")  # the other alphabet of Base64


def is_data_uri(address: str) -> bool:
    """Return whether an address is a `data:` URI."""
    return address[:5].lower() == "data:"


def bytes_in(address: str, max_bytes: int) -> bytes:
    """Return the bytes in a `data:` URI (RFC 2397), ignoring the media type.

    Raises BadPicture if it cannot be decoded, UnsafeDownload for more than `max_bytes`.
    """
    head, comma, body = address.partition(",")
    if not comma:
        raise BadPicture("a data: URI without data, and so without a picture")
    is_base64 = head.rstrip().lower().endswith(";base64")
    large = UnsafeDownload(f"the picture in the answer has more than {max_bytes:,} bytes (IMAGES_MAX_BYTES)")
    if len(body) > 4 * max_bytes:  # a byte takes three characters at most, in percent encoding
        raise large
    data = unquote_to_bytes(body)
    if is_base64:
        data = data.translate(_URL_SAFE, b" \t\r\n")
        try:
            data = base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
        except ValueError:
            raise BadPicture("the picture in the answer is not whole: its Base64 cannot be read") from None
    if len(data) > max_bytes:
        raise large
    return data
