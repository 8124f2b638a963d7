"""Marks: what machines read from a picture, and that nothing else in it changes."""

import io
import json
import os
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from imaging.kinds import Kind
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import Facts, facts_of, mark, marks
from imaging.pictures.containers import without_words
from imaging.pictures.picture import inspect
from imaging.spec import ImageSpec
from tests.imaging.pictures.containers import jpeg_with, png_with, saved, webp_with

EXIFTOOL = shutil.which("exiftool")
needs_exiftool = pytest.mark.skipif(
    EXIFTOOL is None and not os.environ.get("CI"), reason="needs a second reader: install libimage-exiftool-perl"
)

MADE = Facts(SourceType.TRAINED, "replicate: black-forest-labs/flux-dev", "2026-11-26T08:00:00+00:00")
TRUE_COLOUR = Image.linear_gradient("L").resize((40, 30)).convert("RGB")
SEE_THROUGH = Image.merge("RGBA", [*TRUE_COLOUR.split(), Image.radial_gradient("L").resize((40, 30))])

FILES: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: saved("PNG", TRUE_COLOUR),
    "PNG palette": lambda: saved("PNG", TRUE_COLOUR.quantize(8)),
    "JPEG": lambda: saved("JPEG", TRUE_COLOUR),
    "JPEG with EXIF": lambda: saved("JPEG", TRUE_COLOUR, exif=_exif(), icc_profile=b"profile", comment=b"hello"),
    "WebP": lambda: saved("WEBP", TRUE_COLOUR),
    "WebP lossless": lambda: saved("WEBP", TRUE_COLOUR, lossless=True),
    "WebP with alpha": lambda: saved("WEBP", SEE_THROUGH),
    "WebP lossless with alpha": lambda: saved("WEBP", SEE_THROUGH, lossless=True),
    "WebP with EXIF": lambda: saved("WEBP", TRUE_COLOUR, exif=_exif(), icc_profile=b"profile"),
}


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 1
    exif[0x010E] = "a description"
    return exif


def spec(**changes: object) -> ImageSpec:
    fields = {
        "name": "hero", "kind": Kind.HERO, "provider": "replicate", "model": "flux-dev", "prompt": "a secret recipe",
        "size": (40, 30), "user_id": "default", "slug": "milk", "stem": "default/milk/hero", "alt_text": "Milk",
    }  # fmt: skip
    return ImageSpec.model_validate(fields | changes)


@pytest.mark.parametrize("name", FILES)
def test_a_mark_is_read_back_and_changes_nothing_else(name: str) -> None:
    """Each format says what it is, pixels, EXIF and profile stay, and what is stored is still a whole picture."""
    data = FILES[name]()
    marked = mark(data, MADE)
    assert marks(marked) == {
        xmp.DIGITAL_SOURCE_TYPE: "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        xmp.AI_SYSTEM: "replicate: black-forest-labs/flux-dev",
        xmp.CREATOR_TOOL: "article-images",
        xmp.CREATE_DATE: "2026-11-26T08:00:00+00:00",
    }
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(marked)) as after:
        assert (after.mode, after.size) == (before.mode, before.size)
        assert after.tobytes() == before.tobytes()
        assert dict(after.getexif()) == dict(before.getexif())
        assert [after.info.get(name) for name in before.info] == list(before.info.values())
    assert inspect(marked).width == 40


@pytest.mark.parametrize("name", FILES)
def test_the_same_picture_and_facts_give_the_same_bytes(name: str) -> None:
    """A retry stores what the first try has stored, and a picture is not marked twice."""
    data = FILES[name]()
    marked = mark(data, MADE)
    assert mark(FILES[name](), MADE) == marked
    assert mark(marked, MADE) == marked


PACKETS = {
    "as elements": (
        "<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/"
        "compositeWithTrainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType><dc:source>vendor</dc:source>",
        "",
    ),
    "as attributes": (
        "",
        ' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/'
        'compositeWithTrainedAlgorithmicMedia" dc:source="vendor"',
    ),
    "as a resource": (
        '<Iptc4xmpExt:DigitalSourceType rdf:resource="http://cv.iptc.org/newscodes/digitalsourcetype/'
        'compositeWithTrainedAlgorithmicMedia"/><dc:source>vendor</dc:source>',
        "",
    ),
}


def packet(elements: str = "", attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f'{attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>{" " * 200}<?xpacket end="w"?>'
    ).encode()


WITH_PACKET: dict[str, Callable[[bytes], bytes]] = {
    "png": lambda text: png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text),
    "jpeg": lambda text: jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + text),
    "webp": lambda text: saved("WEBP", xmp=text),
}


@pytest.mark.parametrize("container", WITH_PACKET)
@pytest.mark.parametrize("written", PACKETS)
def test_what_a_picture_says_of_itself_is_kept(container: str, written: str) -> None:
    """A vendor's packet keeps all it says, however it is written; what it lacks is added, in the one packet."""
    marked = mark(WITH_PACKET[container](packet(*PACKETS[written])), MADE)
    said = marks(marked)
    assert said[xmp.DIGITAL_SOURCE_TYPE] == SourceType.COMPOSITE
    assert said[xmp.AI_SYSTEM] == MADE.system
    assert b"vendor" in marked
    assert marked.count(b"<x:xmpmeta") == 1
    inspect(marked)


@pytest.mark.parametrize("broken", [b"no xml", b"<a>", b"<!DOCTYPE x [<!ENTITY e 'x'>]><x>&e;</x>", b"\xff\xfe\x00"])
def test_a_packet_that_nobody_can_read_is_replaced(broken: bytes) -> None:
    """Broken XML and documents with a DTD end neither in an error nor in an unmarked picture."""
    for container in WITH_PACKET.values():
        assert marks(mark(container(broken), MADE))[xmp.DIGITAL_SOURCE_TYPE] == SourceType.TRAINED


@pytest.mark.parametrize(
    "signed",
    [
        png_with(b"caBX", b"jumbf of a vendor"),
        jpeg_with(0xEB, b"JP\0\1 jumbf of a vendor"),
        webp_with(b"C2PA", b"jumbf of a vendor"),
    ],
    ids=["png", "jpeg", "webp"],
)
def test_a_c2pa_manifest_stays_in_the_file(signed: bytes) -> None:
    """The part that holds a vendor's signature is still there, byte for byte."""
    assert b"jumbf of a vendor" in mark(signed, MADE)
    assert marks(mark(signed, MADE))


def test_a_jpeg_whose_own_packet_leaves_no_room_is_marked_all_the_same() -> None:
    """A segment holds 64 KB: a packet that fills it stays where it says what the picture is, else the mark goes in."""
    silent = packet(f"<dc:source>{'x' * 64_700}</dc:source>")
    assert marks(mark(WITH_PACKET["jpeg"](silent), MADE))[xmp.DIGITAL_SOURCE_TYPE] == SourceType.TRAINED
    telling = packet(f"<dc:source>{'x' * 64_500}</dc:source>{PACKETS['as a resource'][0]}")
    assert marks(mark(WITH_PACKET["jpeg"](telling), MADE))[xmp.DIGITAL_SOURCE_TYPE] == SourceType.COMPOSITE


def test_only_what_a_model_made_says_so() -> None:
    """Vendors' pictures are trained media, the painter's algorithmic, cards composite if they hold one."""
    assert facts_of(spec(), "2026") == Facts(SourceType.TRAINED, "replicate: flux-dev", "2026")
    painted = facts_of(spec(provider="painter", model="offline-painter"), "2026")
    assert painted == Facts(SourceType.ALGORITHMIC, "painter: offline-painter")  # the same at any time
    card = spec(provider="pillow", kind=Kind.CARD, prompt=None)
    assert facts_of(card, None) is None
    over_hero = facts_of(card.model_copy(update={"contains": ("replicate",)}), "2026")
    assert over_hero
    assert (over_hero.source_type, over_hero.created) == (SourceType.COMPOSITE, None)
    assert facts_of(card.model_copy(update={"contains": ("painter",)}), None) is None


@pytest.mark.parametrize("prompt", ["a secret recipe", "<?php ` %PDF-1.4 <script>&amp;\0\x1b ü 漢"])
def test_a_prompt_is_told_only_when_asked_for(prompt: str) -> None:
    """By default a file holds no word of it; asked for, it stands there as text and makes no polyglot."""
    silent, telling = (facts_of(spec(prompt=prompt), "2026", tell_prompt=tell) for tell in (False, True))
    assert silent
    assert telling
    assert prompt.encode() not in mark(saved("PNG"), silent)
    told = mark(saved("PNG"), telling)
    assert marks(told)[xmp.AI_PROMPT] == xmp.printable(prompt)
    inspect(told)


PROMPT = "a secret recipe, ünïcode and all"


@pytest.mark.parametrize(
    "told",
    [
        png_with(b"tEXt", b"parameters\0" + PROMPT.encode("latin-1") + b"\nSteps: 35"),
        png_with(b"zTXt", b"Text of it\0\0" + zlib.compress(PROMPT.encode("latin-1"))),
        png_with(b"iTXt", b"prompt\0\1\0\0\0" + zlib.compress(PROMPT.encode())),
        jpeg_with(0xFE, PROMPT.encode()),
    ],
    ids=["tEXt", "zTXt", "iTXt", "comment"],
)
def test_a_prompt_in_a_vendors_comment_is_left_out(told: bytes) -> None:
    """What a model wrote beside its picture goes where it holds the prompt; all else stays, byte for byte."""
    plain = without_words(told, PROMPT)
    assert plain in {saved("PNG"), saved("JPEG")}
    assert without_words(told, "something else") == told


@needs_exiftool
def test_another_reader_agrees(tmp_path: Path) -> None:
    """exiftool reads the same facts from every format, and finds nothing wrong with the files."""
    for name, make in FILES.items():
        (tmp_path / f"{name}.{name[:4].lower().strip()}").write_bytes(mark(make(), MADE))
    (tmp_path / "AVIF.avif").write_bytes(saved("AVIF", TRUE_COLOUR, xmp=xmp.merged(None, MADE.properties)))
    arguments = ["exiftool", "-json", "-validate", "-warning", "-error", "-XMP:all", str(tmp_path)]
    read = json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)
    assert len(read) == len(FILES) + 1
    for one in read:
        assert one["DigitalSourceType"].endswith("/trainedAlgorithmicMedia")
        assert one["CreatorTool"] == "article-images"
        assert one["CreateDate"] == "2026:11:26 08:00:00+00:00"
        assert "Error" not in one
