"""Polyglots: a file that is a picture and something else besides is refused, and an honest picture never is."""

import struct
import zlib

import pytest
from PIL import Image, ImageCms

from imaging.errors import BadPicture
from imaging.pictures.anatomy import refuse_polyglot
from imaging.pictures.picture import inspect
from tests.imaging.pictures.containers import ROOMS, jpeg_with, png_chunk, png_with, riff, saved, webp_with, zipped

PAGE = b"<html><script>alert(1)</script></html>"
PHP = b"<?php system($_GET['c']); ?>"
PDF = b"%PDF-1.7\n1 0 obj\n"
FORMATS = ["PNG", "JPEG", "WEBP"]
OTHERS = [
    (PAGE, "a web page"),
    (b"<SCRIPT src=//evil.example>", "a web page"),
    (b"<!DocType\nHTML>", "a web page"),
    (b'<html lang="en">', "a web page"),
    (PDF, "a PDF"),
    (zipped(), "a zip archive"),
    (zipped()[-22:], "a zip archive"),
    (PHP, "a PHP program"),
    (b"<?PHP\n", "a PHP program"),
]

XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b"<dc:title>&lt;html&gt; and &lt;script&gt; for beginners, PK and PDF</dc:title></x:xmpmeta><?xpacket end='w'?>"
)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


# A C2PA manifest with the thumbnail that editors put into it (ISO 19566-5: boxes in boxes).
C2PA = box(b"jumb", box(b"jumd", b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0") + box(b"bidb", saved("JPEG")))


def exif_with_thumbnail() -> bytes:
    """EXIF as cameras write it: the second directory holds a whole JPEG with an end of its own."""
    small = saved("JPEG", Image.new("RGB", (8, 8)))
    second = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 8 + 6 + 30, 0x0202, 4, 1, len(small), 0)
    return b"Exif\0\0" + b"II*\0\x08\0\0\0" + struct.pack("<HI", 0, 14) + second + small


HONEST = {
    **{f"{name} {mode}": saved(name, Image.new(mode, (9, 7))) for name in FORMATS for mode in ("L", "RGB")},
    "png with XMP": png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    "png with a prompt": png_with(b"tEXt", b"parameters\0a <b>glass</b> of milk, <scripts:x>, 100%PDF-free <htmlx"),
    "png with C2PA": png_with(b"caBX", C2PA),
    "png with ICC": saved("PNG", icc_profile=ICC, dpi=(72, 72)),
    "png in movement": saved("PNG", save_all=True, append_images=[Image.new("RGB", (24, 16))]),
    "jpeg progressive": saved("JPEG", Image.effect_noise((200, 90), 90), progressive=True, quality=95),
    "jpeg with restarts": saved("JPEG", Image.effect_noise((200, 90), 90), restart_marker_blocks=1),
    "jpeg with a thumbnail": saved("JPEG", exif=exif_with_thumbnail()),
    "jpeg with XMP, ICC, comment": saved("JPEG", xmp=XMP, icc_profile=ICC, comment="glass <of> milk"),
    "jpeg with C2PA": jpeg_with(0xEB, b"JP\0\1\0\0\0\1" + C2PA),
    "jpeg filled up": saved("JPEG").replace(b"\xff\xda", b"\xff\xff\xff\xda", 1),
    "jpegs in a row": saved("MPO", save_all=True, append_images=[Image.new("RGB", (9, 7))]),
    "jpegs with zeros between": saved("JPEG") + bytes(45) + saved("JPEG"),
    "webp with XMP, ICC, EXIF": saved("WEBP", xmp=XMP + b" ", icc_profile=ICC, exif=exif_with_thumbnail()),
    "webp with C2PA": webp_with(b"C2PA", C2PA),
    "webp with an odd chunk": webp_with(b"RUST", b"odd"),
    "webp in movement": saved("WEBP", save_all=True, append_images=[Image.new("RGB", (24, 16))]),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_picture_is_accepted(name: str) -> None:
    """Profiles, XMP, EXIF, C2PA, thumbnails, movement and the freedoms of the formats are no cause for suspicion."""
    assert inspect(HONEST[name]).data == HONEST[name]


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("behind", [b"\0", b"\n", b"\r\n\r\n", b" \t\0", bytes(5_000)])
def test_padding_behind_the_end_is_cut_off(image_format: str, behind: bytes) -> None:
    """Zeros, blanks and line ends mean nothing: the picture is what stands before them, and that is noted."""
    whole = saved(image_format)
    found = inspect(whole + behind)
    assert found.data == whole
    assert str(found.note).startswith(f"cut off: {len(behind):,} byte")
    assert inspect(whole).note is None


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("behind", [b"x", b"\0x", b"\n" + PAGE + b"\n", PAGE, zipped(), PDF, b"\x89PNG\r\n\x1a\n"])
def test_nothing_may_lie_behind_the_end(image_format: str, behind: bytes) -> None:
    """Whatever else follows the picture, be it one byte, is refused and counted."""
    with pytest.raises(BadPicture, match=rf"polyglot\): {len(behind)} bytes after the picture's end"):
        inspect(saved(image_format) + behind)


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_else_may_lie_in_a_part(room: str) -> None:
    """A page, a program, a PDF or an archive is found in comments, metadata and unknown parts, however it is spelt."""
    for other, what in OTHERS:
        with pytest.raises(BadPicture, match=rf"polyglot\): it contains {what}, at byte \d"):
            refuse_polyglot(ROOMS[room](b"innocent " + other + b" innocent"))


def test_nothing_else_may_lie_behind_the_last_pixel() -> None:
    """What a decoder passes over inside the pixels' own data, or paints as pixels, is looked at too."""
    whole, jpeg = saved("PNG"), saved("JPEG")
    header = struct.pack(">IIBBBBB", len(PAGE), 1, 8, 0, 0, 0, 0)
    painted = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" + PAGE, 0))
    for data in (
        whole[:-12] + png_chunk(b"IDAT", zipped()) + whole[-12:],
        jpeg[:-2] + zipped() + jpeg[-2:],
        jpeg + jpeg[:-2] + PAGE + jpeg[-2:],
        whole[:8] + painted + whole[-12:],
    ):
        with pytest.raises(BadPicture, match=r"contains a zip archive|contains a web page"):
            inspect(data)


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_picture_that_lacks_its_last_byte_is_refused(image_format: str) -> None:
    """Every pixel may have come: a file without its end is not the one that was sent."""
    data = saved(image_format)
    for missing in (1, 2, 4, 11, 12):
        with pytest.raises(BadPicture, match="broke off"):
            inspect(data[:-missing])


def test_parts_that_do_not_fit_together_are_refused() -> None:
    """A length that lies and signs that belong to no part are no place to hide in."""
    png, jpeg, webp = saved("PNG"), saved("JPEG"), saved("WEBP")
    for data, words in (
        (png[:-12] + png_chunk(b"IEND", b"hidden"), "do not fit together"),
        (png[:-12] + struct.pack(">I", 2**31) + png[-8:], "do not fit together"),
        (jpeg[:2] + b"hidden" + jpeg[2:], "do not fit together"),
        (jpeg[:2] + b"\xff\xfe\0\1" + jpeg[2:], "do not fit together"),
        (jpeg + b"\xff\xd8\xff\xfe\0\x08hidden\xff\xd9", "broke off|do not fit together"),
        (jpeg + jpeg[:9], "broke off"),
        (riff(webp[12:] + b"hidden"), "do not fit together"),
        (riff(webp[12:] + b"RUST\xff\0\0\0hidden"), "do not fit together"),
        (riff(webp[12:])[:4] + struct.pack("<I", 2**31) + webp[8:], "broke off"),
        (riff(webp[12:] + b"RUST\1\0\0\0x"), "do not fit together"),
        (riff(b""), "not a PNG, JPEG or WebP"),
    ):
        with pytest.raises(BadPicture, match=words):
            inspect(data)


def test_a_picture_in_countless_parts_is_refused() -> None:
    """Millions of empty parts are refused before a decoder is held up by them."""
    png, jpeg = saved("PNG"), saved("JPEG")
    empty = struct.pack(">I4sI", 0, b"ruSt", zlib.crc32(b"ruSt"))
    for data in (png[:-12] + empty * 100_001 + png[-12:], jpeg[:2] + b"\xff\xfe\0\2" * 100_001 + jpeg[2:]):
        with pytest.raises(BadPicture, match="more than 100,000 parts"):
            inspect(data)
