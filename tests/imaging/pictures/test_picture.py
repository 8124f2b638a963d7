"""Pictures: what is accepted, what is refused, and what is read from the bytes."""

import base64
import hashlib
import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageOps

from imaging.errors import BadPicture
from imaging.pictures.picture import MOST_PIXELS, Picture, encode, inspect


def noise(width: int = 1400, height: int = 700) -> Image.Image:
    """The worst case of compression: every pixel its own colour, 128 on average."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    with io.BytesIO() as out:
        image.save(out, image_format, **options)
        return out.getvalue()


def thumbnail(picture: Picture) -> Image.Image:
    return opened(picture.thumbnail)


def opened(data_url: str) -> Image.Image:
    header, _, data = data_url.partition(",")
    assert header == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("image_format", "content_type", "extension"),
    [("PNG", "image/png", ".png"), ("JPEG", "image/jpeg", ".jpg"), ("WEBP", "image/webp", ".webp")],
)
def test_what_a_picture_is_follows_from_its_bytes(image_format: str, content_type: str, extension: str) -> None:
    """Type, extension, size and hashes are those of the bytes, which stay untouched."""
    data = encoded(noise(60, 40), image_format)
    picture = inspect(data)
    assert (picture.content_type, picture.extension) == (content_type, extension)
    assert (picture.width, picture.height, picture.data) == (60, 40, data)
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert picture.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert picture.data_url == f"data:{content_type};base64,{base64.b64encode(data).decode()}"


def test_a_jpeg_with_a_second_picture_behind_it_is_a_jpeg() -> None:
    """The multi-picture files of phones begin with a JPEG, and every reader shows that."""
    data = encoded(noise(60, 40), "MPO", save_all=True, append_images=[noise(30, 20)])
    picture = inspect(data)
    assert (picture.content_type, picture.width) == ("image/jpeg", 60)
    assert inspect(data.replace(b"MPF\x00II*\x00\x08", b"MPF\x00II*\x00\xff")).content_type == "image/jpeg"


@pytest.mark.parametrize("size", [(700, 350), (100, 50), (1, 1), (3000, 2)])
@pytest.mark.parametrize(
    ("mode", "image_format"),
    [("RGB", "PNG"), ("RGBA", "PNG"), ("RGBA", "WEBP"), ("P", "PNG"), ("1", "PNG"), ("L", "PNG"), ("LA", "PNG"),
     ("L", "JPEG"), ("CMYK", "JPEG"), ("I;16", "PNG")],
)  # fmt: skip
def test_every_mode_is_read_and_has_a_true_thumbnail(mode: str, image_format: str, size: tuple[int, int]) -> None:
    """A small picture that looks like the large one comes out of palettes, print colours and 16 bits alike."""
    source = noise(*size)
    if mode == "I;16":
        source = Image.fromarray(np.asarray(source.convert("L")).astype(np.uint16) * 257)
    small = thumbnail(inspect(encoded(source.convert(mode) if mode != "I;16" else source, image_format)))
    assert max(small.size) == min(320, max(size))
    if size[0] * size[1] > 4000:
        assert abs(np.asarray(small.convert("L")).mean() - np.asarray(noise(*size).convert("L")).mean()) < 8


def test_what_is_transparent_stays_so_in_the_thumbnail() -> None:
    """A clear background does not turn black."""
    for image in (Image.new("RGBA", (900, 900), (0, 0, 0, 0)), Image.new("P", (900, 900), 0)):
        small = thumbnail(inspect(encoded(image, "PNG", **({"transparency": 0} if image.mode == "P" else {}))))
        assert small.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_thumbnail_and_preview_are_small() -> None:
    """Even noise leaves less than 25 KB for a list and 110 KB for a page, and keeps its proportions."""
    picture = inspect(encoded(noise(2752, 1536), "JPEG"))
    assert len(picture.thumbnail) < 25_000
    assert thumbnail(picture).size == (320, 179)
    assert len(picture.preview) < 110_000
    assert opened(picture.preview).size == (640, 357)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 100,
        b"<!doctype html><title>Not found</title>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'{"detail": "Not found"}',
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\xff\xd8\xff",
        encoded(noise(20, 20), "GIF"),
        encoded(noise(20, 20), "BMP"),
        encoded(noise(20, 20), "TIFF"),
        encoded(noise(20, 20), "AVIF"),
    ],
)
def test_what_is_no_picture_of_ours_is_refused(data: bytes) -> None:
    """Pages, drawings with scripts, other formats and bare headers end in BadPicture with one line."""
    with pytest.raises(BadPicture) as caught:
        inspect(data)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_broke_off_is_refused(image_format: str, part: float) -> None:
    """A download that ended early is noticed, however much of it came."""
    data = encoded(noise(200, 100), image_format)
    with pytest.raises(BadPicture):
        inspect(data[: int(len(data) * part)])


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (8001, 8000)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    """More than 64 million pixels are refused by their header alone, without a warning, and the limit is told."""
    with pytest.raises(BadPicture, match="pixels; at most 64,000,000 are accepted"):
        inspect(bomb(*size))


def test_the_highest_limit_of_pixels_is_what_the_decoder_opens() -> None:
    """A limit that may be set is kept: no picture below it is refused by Pillow's own."""
    assert Image.MAX_IMAGE_PIXELS is not None
    assert MOST_PIXELS == 2 * Image.MAX_IMAGE_PIXELS


def test_the_limit_of_pixels_can_be_set() -> None:
    """A picture of exactly the limit is accepted, one with a pixel more is not."""
    data = encoded(noise(20, 10), "PNG")
    assert inspect(data, max_pixels=200).width == 20
    with pytest.raises(BadPicture, match="20x10 pixels; at most 199"):
        inspect(data, max_pixels=199)


def test_spoilt_bytes_are_a_picture_or_bad_picture() -> None:
    """Whatever a cable does to a file, there is no third way out, and no warning."""
    small = noise(24, 16)
    seeds = [
        encoded(small, "PNG"),
        encoded(small.convert("P"), "PNG"),
        encoded(small, "PNG", save_all=True, append_images=[small.rotate(90)]),
        encoded(small, "JPEG", progressive=True, dpi=(72, 72)),
        encoded(small, "MPO", save_all=True, append_images=[small]),
        encoded(small, "WEBP"),
        encoded(small, "WEBP", lossless=True),
    ]
    dice = np.random.default_rng(7)
    for number in range(1500):
        data = bytearray(seeds[number % len(seeds)])
        for _ in range(dice.integers(1, 5)):
            place = dice.integers(min(len(data), int(dice.choice([64, len(data)]))))  # headers are the tender part
            if dice.random() < 0.7:
                data[place] = dice.integers(256)
            else:
                del data[place : place + dice.integers(1, 9)]
        try:
            assert inspect(bytes(data)).width > 0
        except BadPicture:
            continue


def test_pictures_are_read_side_by_side() -> None:
    """Threads do not stand in each other's way, nor leave the process's warnings changed."""
    whole = encoded(noise(24, 16), "MPO", save_all=True, append_images=[noise(24, 16)])
    odd = whole.replace(b"MPF\x00II*\x00\x08", b"MPF\x00II*\x00\xff")
    with ThreadPoolExecutor(8) as pool:
        assert {picture.width for picture in pool.map(inspect, [odd] * 64)} == {24}
    with pytest.warns(UserWarning, match="Corrupt EXIF data|malformed MPO"):
        Image.open(io.BytesIO(odd)).close()


@pytest.mark.parametrize(
    ("image_format", "mode", "content_type"),
    [
        ("png", "RGB", "image/png"),
        ("png", "RGBA", "image/png"),
        ("jpg", "RGB", "image/jpeg"),
        ("jpg", "RGBA", "image/jpeg"),
    ],
)
def test_what_is_encoded_is_read_again(image_format: str, mode: str, content_type: str) -> None:
    """PNG keeps every pixel, JPEG comes close, in both modes that we paint in."""
    image = Image.linear_gradient("L").convert(mode)
    picture = inspect(encode(image, image_format))
    assert picture.content_type == content_type
    again = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB")).astype(int)
    difference = np.abs(again - np.asarray(image.convert("RGB"))).max()
    assert difference == 0 if image_format == "png" else difference <= 4


@pytest.mark.parametrize("turn", range(1, 9))
def test_what_stands_in_for_a_picture_stands_upright(turn: int) -> None:
    """A picture that EXIF turns has a preview, a thumbnail and a placeholder as it is shown, whatever the turn."""
    stripes = Image.new("RGB", (80, 40), "blue")
    stripes.paste("red", (0, 0, 80, 10))
    stripes.paste("white", (0, 0, 20, 40))
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encoded(stripes, "PNG", exif=exif)
    with Image.open(io.BytesIO(data)) as lying:
        shown = ImageOps.exif_transpose(lying)
    picture = inspect(data)
    assert (picture.width, picture.height) == shown.size
    assert picture.placeholder == inspect(encoded(shown, "PNG")).placeholder
    for small in (opened(picture.preview), opened(picture.thumbnail)):
        assert np.abs(np.asarray(small).astype(int) - np.asarray(shown)).mean() < 12
