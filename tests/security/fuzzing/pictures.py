"""Pictures, logos and the marks in them, as anybody may make them."""

import contextlib
import zlib

from imaging.cards.logos.logo import fit_logo, is_visible_on, open_logo
from imaging.errors import BadPicture, ImagesError
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import Facts, mark, marks, with_mark
from imaging.pictures.anatomy import refuse_polyglot
from imaging.pictures.cleaning import accepted
from imaging.pictures.containers import with_packet
from imaging.pictures.picture import Picture, inspect
from tests.security.fuzzing.seeds import PICTURES

MADE = Facts(SourceType.TRAINED, "replicate: black-forest-labs/flux-dev", "2026-11-26T08:00:00+00:00")


def mark_over_xmp(data: bytes) -> object:
    """Any XMP packet in a picture of each kind: the picture is marked as a model's, whatever the packet says."""
    for number in (4, 11, 15):  # PNG, JPEG, WebP
        marked, _ = with_mark(with_packet(PICTURES[number], data), MADE)
        assert marks(marked)[xmp.DIGITAL_SOURCE_TYPE] in {SourceType.TRAINED.value, SourceType.COMPOSITE.value}
        inspect(marked, 1_000_000)
    return data


def look_at_picture(data: bytes) -> object:
    """The bytes of a picture, as they come, and with sums that hide what was changed in them."""
    with contextlib.suppress(ImagesError):
        _mark(accepted(_summed(data), 1_000_000))
    return _mark(accepted(data, 1_000_000))


def _mark(picture: Picture) -> Picture:
    """What is let in is paid for: it can be marked, is the same picture then, and says what it is."""
    marked = inspect(mark(picture.data, MADE), 1_000_000)
    assert (marked.width, marked.height, marked.thumbnail) == (picture.width, picture.height, picture.thumbnail)
    assert xmp.DIGITAL_SOURCE_TYPE in marks(marked.data)
    return marked


def walk_through(data: bytes) -> object:
    """A picture's file, part by part: where it ends, one byte more is too much."""
    refuse_polyglot(data)
    if data.startswith((_PNG, b"\xff\xd8")) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        try:
            refuse_polyglot(data + b"\n")
        except BadPicture:
            return data
        raise AssertionError("a byte behind the end was not seen")
    return None


def look_at_logo(data: bytes) -> object:
    """The bytes of a logo: what is accepted as a picture can be put on a card."""
    with contextlib.suppress(ImagesError):
        _open_logo(_summed(data))
    return _open_logo(data)


def _open_logo(data: bytes) -> object:
    logo = open_logo(inspect(data, 1_000_000).data)
    return logo and (is_visible_on(logo, (255, 255, 255)), fit_logo(logo, 340, 84, 15_000))


def _summed(data: bytes) -> bytes:
    """Return a PNG with the right check sum behind every chunk; anything else as it is."""
    if not data.startswith(_PNG):
        return data
    out, place = bytearray(_PNG), len(_PNG)
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4])
        chunk = data[place + 4 : end]
        out += data[place : place + 4] + chunk + zlib.crc32(chunk).to_bytes(4)
        place = end + 4
    return bytes(out)


_PNG = b"\x89PNG\r\n\x1a\n"
