"""XMP packets are found wherever a file may have them."""

from imaging.pictures.containers import packet_in, with_packet
from tests.imaging.pictures.containers import png_with, saved

PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'
LATER = PACKET.replace(b"></", b">later</")


def late(packet: bytes) -> bytes:
    """A PNG with the packet after its pixels."""
    return png_with(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + packet)


def test_a_pngs_packet_is_found_before_its_pixels_and_after_them() -> None:
    """A PNG's packet may be anywhere in it; of two, the later one counts, as for other readers."""
    assert packet_in(saved("PNG")) is None
    assert packet_in(with_packet(saved("PNG"), PACKET)) == PACKET
    assert packet_in(late(LATER)) == LATER
    early = with_packet(saved("PNG"), PACKET)
    end = late(LATER)[len(saved("PNG")) - 12 :]
    assert packet_in(early[:-12] + end) == LATER


def test_a_packet_before_the_pixels_needs_none_of_them() -> None:
    """What is marked is read once more at once: 13 MB of pixels are not decoded for it."""
    whole = with_packet(saved("PNG"), PACKET)
    begin, end = whole.index(b"IDAT") + 4, len(whole) - 16
    assert packet_in(whole[:begin] + bytes(end - begin) + whole[end:]) == PACKET
