"""Cleaning: the parts of a picture that are kept, and those that are left out."""

import zlib

import pytest
from PIL import Image

from imaging.pictures.cleaning import accepted, bare, cleaned
from tests.imaging.pictures.containers import png_chunk, png_with, saved


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


@pytest.mark.parametrize("name", [b"pHYs", b"gAMA", b"tEXt", b"iCCP"])
def test_a_part_whose_checksum_is_wrong_is_left_out(name: bytes) -> None:
    """A picture that was paid for is not lost for a broken note on its density, and keeps its whole parts."""
    bodies = {
        b"pHYs": bytes(9),
        b"gAMA": bytes(4),
        b"tEXt": b"Comment\0a",
        b"iCCP": b"profile\0\0" + zlib.compress(b"a"),
    }
    picture = Image.linear_gradient("L").resize((64, 48))
    head, kept, rest = (whole := saved("PNG", picture))[:33], png_chunk(b"tEXt", b"Title\0whole"), whole[33:]
    broken = png_chunk(name, bodies[name])[:-1] + b"\x01"
    assert accepted(head + broken + kept + rest).data == head + kept + rest
