"""Cleaning: the parts of a picture that are kept, and those that are left out."""

import zlib

import pytest
from PIL import Image

from imaging.pictures.cleaning import bare, cleaned
from tests.imaging.pictures.containers import png_with, saved


@pytest.mark.parametrize(
    ("name", "head"),
    [(b"zTXt", b"Comment\0\0"), (b"iCCP", b"profile\0\0"), (b"iTXt", b"Comment\0\1\0\0\0")],
)
def test_a_text_that_unpacks_to_more_than_readers_take_is_left_out(name: bytes, head: bytes) -> None:
    """A compressed text or profile above Pillow's limit of a megabyte goes; one below it stays."""
    small, large = (png_with(name, head + zlib.compress(b"a" * size)) for size in (900_000, 1_100_000))
    assert cleaned(small) == small
    assert cleaned(large) == saved("PNG")


def test_a_webp_does_not_announce_what_was_taken_out() -> None:
    """The flags of the header name EXIF, XMP and profile exactly where there are such chunks: readers look for them."""
    exif = Image.Exif()
    exif[0x010E] = "words"
    whole = saved("WEBP", exif=exif.tobytes(), xmp=b"<x:xmpmeta/>", icc_profile=b"\0" * 128)
    assert whole[20] & 0x2C == 0x2C
    assert cleaned(whole) == whole
    assert bare(whole)[20] & 0x2C == 0
