"""A model's picture that arrives as a photograph is marked as what it is, and no metadata of any shape stops that."""

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.provenance.verifying import verify_picture
from imaging.errors import BadPicture
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import Facts, mark, marks, with_mark
from imaging.pictures.cleaning import accepted, bare, cleaned
from imaging.pictures.picture import inspect
from tests.conftest import FEW
from tests.imaging.marking.test_marks import WITH_PACKET, packet
from tests.imaging.pictures.containers import ROOMS, jpeg_with, png_chunk, png_with, riff, saved, webp_with
from tests.imaging.pictures.test_anatomy import HONEST

MADE = Facts(SourceType.TRAINED, "replicate: flux-dev", "2026-11-26T08:00:00+00:00")
TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NAME = "Iptc4xmpExt:DigitalSourceType"


def element(term: str) -> str:
    return f"<{NAME}>{TERMS}{term}</{NAME}>"


DENIALS = {
    "element": packet(element("digitalCapture")),
    "attribute": packet("", f' {NAME}="{TERMS}negativeFilm"'),
    "resource": packet(f'<{NAME} rdf:resource="{TERMS}digitalArt"/>'),
    "bag": packet(f"<{NAME}><rdf:Bag><rdf:li>{TERMS}minorHumanEdits</rdf:li></rdf:Bag></{NAME}>"),
    "words": packet(f"<{NAME}>a photo</{NAME}>"),
    "two that disagree": packet(element("trainedAlgorithmicMedia") + element("digitalCapture")),
    "nested": packet(
        f'<dc:source rdf:parseType="Resource"><dc:x><rdf:Description {NAME}="{TERMS}screenCapture"/></dc:x></dc:source>'
    ),
    "old name": packet(f"<Iptc4xmpExt:DigitalSourcefileType>{TERMS}digitalCapture</Iptc4xmpExt:DigitalSourcefileType>"),
    "other namespace": packet(f'<y:DigitalSourceType xmlns:y="urn:y">{TERMS}digitalCapture</y:DigitalSourceType>'),
    "UTF-16": packet(element("digitalCapture")).decode().encode("utf-16"),
    "drawn by an algorithm": packet(element("algorithmicMedia")),
}


def said(data: bytes) -> str:
    assert "igitalCapture" not in data.decode("latin-1")
    inspect(data)
    return marks(data)[xmp.DIGITAL_SOURCE_TYPE]


@pytest.mark.parametrize("container", WITH_PACKET)
@pytest.mark.parametrize("written", DENIALS)
def test_what_a_model_made_is_marked_as_such(container: str, written: str) -> None:
    """Whatever the file says of cameras and scanners, in whatever way it is written; `verify` agrees."""
    marked = mark(WITH_PACKET[container](DENIALS[written]), MADE)
    assert said(marked) == SourceType.TRAINED
    assert xmp.source_types(marked[marked.index(b"<x:xmpmeta") : marked.index(b"<?xpacket end")]) == {
        SourceType.TRAINED
    }
    assert b"vendor" in mark(WITH_PACKET[container](packet(element("digitalCapture") + "<dc:x>vendor</dc:x>")), MADE)
    line = next(verify_picture(marked, {"provider": "replicate"}, None))
    assert line.level == "ok"
    assert mark(marked, MADE) == marked


def xmp_segment(text: bytes, name: bytes = b"http://ns.adobe.com/xap/1.0/\0") -> bytes:
    body = name + text
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


TRAINED, CAPTURED = packet(element("trainedAlgorithmicMedia")), DENIALS["element"]
MORE = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(CAPTURED), 0)
ITXT, PLAIN_TEXT, PACKED_TEXT = (
    png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + CAPTURED),
    png_chunk(b"tEXt", b"XML:com.adobe.xmp\0" + CAPTURED),
    png_chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(b"\nxmp\n 9\n" + CAPTURED.hex().encode())),
)
TWO = {
    "png, second iTXt": png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + TRAINED)[:-12] + ITXT + saved("PNG")[-12:],
    "png, tEXt": saved("PNG")[:-12] + PLAIN_TEXT + saved("PNG")[-12:],
    "png, ImageMagick's zTXt": saved("PNG")[:-12] + PACKED_TEXT + saved("PNG")[-12:],
    "png, packed iTXt": png_with(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(CAPTURED)),
    "jpeg, second packet": jpeg_with(0xE1, xmp_segment(TRAINED)[4:] + xmp_segment(CAPTURED)),
    "jpeg, extension": saved("JPEG")[:2] + xmp_segment(TRAINED) + xmp_segment(CAPTURED, MORE) + saved("JPEG")[2:],
    "webp, second chunk": riff(saved("WEBP", xmp=TRAINED)[12:] + webp_with(b"XMP ", CAPTURED)[len(saved("WEBP")) :]),
}
TWO["jpeg, second packet"] = saved("JPEG")[:2] + xmp_segment(TRAINED) + xmp_segment(CAPTURED) + saved("JPEG")[2:]


@pytest.mark.parametrize("name", TWO)
def test_no_second_packet_says_otherwise(name: str) -> None:
    """Readers take the first, the last or all of several packets: one is left, and it says what the picture is."""
    assert said(mark(TWO[name], MADE)) == SourceType.TRAINED


RDF = [
    "<!-- before -->", "<?pi before?>", "text", "<rdf:Description/>", '<rdf:Description rdf:about="x"/>', "<rdf:Bag/>",
    f"<rdf:Description {NAME}='{TERMS}digitalCapture'><!-- in it --></rdf:Description>", "<dc:x><rdf:RDF/></dc:x>",
    f"<rdf:Description><{NAME}><!-- c --><?p i?></{NAME}></rdf:Description>", "&#65534;", "<![CDATA[<script>]]>",
]  # fmt: skip
ROOTS = [
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">{}</x:xmpmeta>',
    "<a>{}</a>",
    "{}",
    "<!-- a -->{}<!-- b -->",
    "<!DOCTYPE a>{}",
]
SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
)
SHAPES = st.builds(
    lambda root, inner: root.format(f"<rdf:RDF {SPACES}>{''.join(inner)}</rdf:RDF>").encode(),
    st.sampled_from(ROOTS),
    st.lists(st.sampled_from(RDF), max_size=5),
)


@given(st.sampled_from(sorted(WITH_PACKET)), SHAPES | st.binary(max_size=300))
@settings(FEW, max_examples=300)
def test_no_packet_of_any_shape_stops_the_mark(container: str, text: bytes) -> None:
    """Comments, instructions, odd roots, broken bytes: each picture is marked, and read back so."""
    marked = mark(WITH_PACKET[container](text), MADE)
    assert marks(marked)[xmp.DIGITAL_SOURCE_TYPE] in {SourceType.TRAINED, SourceType.COMPOSITE}


BROKEN: dict[str, Callable[[], bytes]] = {
    "EXIF that is none": lambda: png_with(b"eXIf", b"no TIFF"),
    "a profile that is a bomb": lambda: png_with(b"iCCP", b"x\0\0" + zlib.compress(bytes(20_000_000))),
    "a text that is a bomb": lambda: png_with(b"zTXt", b"x\0\0" + zlib.compress(bytes(20_000_000))),
    "a text that is no text": lambda: png_with(b"iTXt", b"\xff\0\1\0\0\0" + b"no zlib"),
    "EXIF without an end": lambda: jpeg_with(0xE1, b"Exif\0\0II*\0\xff\xff\xff\x7f"),
    "a page in a comment": lambda: jpeg_with(0xFE, b"<script>alert(1)</script>"),
    "a chunk of nobody's": lambda: png_with(b"zIPx", b"PK\x03\x04\x14\0\x09\0"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_metadata_lose_no_picture(name: str) -> None:
    """What is broken beside the pixels, or belongs to another reader, is left out; the picture is there and marked."""
    picture = accepted(BROKEN[name]())
    assert picture.width == 24
    assert b"script" not in picture.data
    assert b"PK" not in picture.data
    assert marks(mark(picture.data, MADE))[xmp.DIGITAL_SOURCE_TYPE] == SourceType.TRAINED


OPENERS = [
    b"%PDF-0.9\n", b"<?= system($_GET[0]) ?>", b"<svg/onload=alert(1)>", b"Rar!\x1a\x07\x01\0", b"<iframe src=x>",
    b"7z\xbc\xaf\x27\x1c\0\4", b"PK\x03\x04\x2d\0\1\x08\x63\0", b"\x1f\x8b\x08\0", b"#!/bin/sh\n",
    "<script>".encode("utf-16-le"),
]  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_what_another_reader_opens_is_left_out_and_the_picture_stays(room: str) -> None:
    """Archives, pages, programs and documents in comments, metadata and chunks of nobody's: they are not stored."""
    for opener in OPENERS:
        data = ROOMS[room](b"innocent " + opener + b" innocent")
        picture = accepted(data)
        assert opener not in picture.data
        assert picture.width == 24
        with pytest.raises(BadPicture, match="after the picture's end"):
            accepted(data + b"<html>")


@pytest.mark.parametrize("name", HONEST)
def test_what_belongs_to_a_picture_stays(name: str) -> None:
    """Profiles, EXIF, XMP, C2PA, thumbnails and movement are kept byte for byte; a chunk of nobody's is not."""
    kept = cleaned(HONEST[name])
    assert (kept == HONEST[name]) == (name != "webp with an odd chunk")
    pixels, whole = inspect(bare(HONEST[name])), inspect(HONEST[name])
    assert (pixels.width, pixels.height) == (whole.width, whole.height)


@given(st.sampled_from(sorted(ROOMS)), st.binary(max_size=200) | st.sampled_from([*OPENERS, *DENIALS.values()]))
@settings(FEW, max_examples=300)
def test_no_metadata_lose_a_picture(room: str, body: bytes) -> None:
    """Whatever bytes stand beside the pixels, in whatever part: the picture is accepted, and says what it is."""
    picture = accepted(ROOMS[room](body))
    data, note = with_mark(picture.data, MADE, "a secret")
    assert (picture.width, note) in {(24, None), (24, "stored without its other metadata: they cannot be read")}
    assert marks(data)[xmp.DIGITAL_SOURCE_TYPE] in {SourceType.TRAINED, SourceType.COMPOSITE}
    assert inspect(data).width == 24
