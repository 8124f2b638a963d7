"""Pictures within an answer: every spelling of a `data:` URI, and none that is too large or broken."""

import base64
from urllib.parse import quote

import pytest

from blocks.network.data_uris import bytes_in
from imaging.errors import BadPicture, UnsafeDownload

DATA = bytes(range(256)) * 3
PLAIN = base64.b64encode(DATA).decode()


@pytest.mark.parametrize(
    "uri",
    [
        f"data:image/png;base64,{PLAIN}",
        f"data:;BASE64,{PLAIN}",
        f"DATA:text/html;charset=utf-8;base64,{PLAIN}",
        f"data:image/png;base64,{PLAIN.rstrip('=')}",
        f"data:image/png;base64,{base64.urlsafe_b64encode(DATA).decode()}",
        f"data:image/png;base64,{base64.encodebytes(DATA).decode()}",
        f"data:image/png;base64,{quote(PLAIN, safe='')}",
        f"data:image/png,{quote(DATA)}",
    ],
)
def test_a_picture_comes_out_of_any_spelling(uri: str) -> None:
    """Base64 of both alphabets, with or without padding and line ends, and percent encoding."""
    assert bytes_in(uri, len(DATA)) == DATA


@pytest.mark.parametrize("uri", [f"data:;base64,{PLAIN}", f"data:,{quote(DATA)}", "data:," + "%41" * 9999])
def test_no_more_is_read_than_a_picture_may_have(uri: str) -> None:
    """The limit is that of downloads, in bytes of the picture."""
    with pytest.raises(UnsafeDownload, match=r"more than 700 bytes \(IMAGES_MAX_BYTES\)"):
        bytes_in(uri, 700)


@pytest.mark.parametrize("uri", ["data:", "data:image/png;base64", "data:image/png;base64,A", "data:;base64,ä%%%"])
def test_what_cannot_be_read_is_no_picture(uri: str) -> None:
    """A URI that is cut off or holds other letters is refused in words."""
    with pytest.raises(BadPicture):
        bytes_in(uri, 700)
