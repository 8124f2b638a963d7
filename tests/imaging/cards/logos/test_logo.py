"""Logos: any shape, any mode, always seen, never in the way."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from imaging.cards import Card, draw_card
from imaging.cards.contrast import parse_color, scheme_for
from imaging.cards.logos.logo import fit_logo, is_visible_on, open_logo

RED = (214, 20, 40, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    with BytesIO() as out:
        image.save(out, kind, **options)
        return out.getvalue()


def ink_box(card: Card) -> tuple[int, int, int, int]:
    """The box of red pixels: left, top, right, bottom."""
    pixels = np.asarray(Image.open(BytesIO(draw_card(card))).convert("RGB")).astype(int)
    rows, columns = np.nonzero((abs(pixels - np.array(RED[:3])) < 24).all(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@pytest.mark.parametrize("size", [(4000, 100), (100, 4000), (16, 16), (5000, 5000), (600, 200), (1, 1)])
def test_a_logo_of_any_size_keeps_its_proportions_and_its_corner(size: tuple[int, int]) -> None:
    """The logo stands in the lower corner at the reading side, undistorted, inside the margins."""
    left, top, right, bottom = ink_box(Card("Logo", logo=encoded(Image.new("RGBA", size, RED))))
    assert (left, bottom) == (100, 550)
    assert right - left <= 340
    assert bottom - top <= 84
    longest = max(right - left, bottom - top)
    assert abs((right - left) - longest * min(size[0] / size[1], 1)) <= 1.5
    assert abs((bottom - top) - longest * min(size[1] / size[0], 1)) <= 1.5


def test_a_logo_stands_right_on_a_card_read_from_the_right() -> None:
    """On an Arabic card the logo is in the right corner."""
    assert ink_box(Card("مرحبا", logo=encoded(Image.new("RGBA", (200, 100), RED))))[2] == 1100


def test_a_transparent_rim_is_trimmed() -> None:
    """Empty space around a logo does not shift or shrink it."""
    padded = Image.new("RGBA", (900, 900))
    padded.paste(RED, (300, 400, 600, 500))
    assert ink_box(Card("Rim", logo=encoded(padded))) == ink_box(
        Card("Rim", logo=encoded(Image.new("RGBA", (300, 100), RED)))
    )


def test_transparency_shows_the_paper() -> None:
    """Through the holes of a logo the paper is seen, without a dark or white fringe."""
    ring = Image.new("RGBA", (400, 400), RED)
    ring.paste((0, 0, 0, 0), (100, 100, 300, 300))
    card = Card("Ring", color="#0a7d5a", logo=encoded(ring))
    left, top, right, bottom = ink_box(card)
    picture = Image.open(BytesIO(draw_card(card))).convert("RGB")
    assert picture.getpixel(((left + right) // 2, (top + bottom) // 2)) == scheme_for("#0a7d5a").paper


@pytest.mark.parametrize(("ink", "color"), [("#ffffff", "#0a7d5a"), ("#000000", "#ffcc00")])
def test_a_logo_that_would_vanish_gets_a_plate(ink: str, color: str) -> None:
    """White on light paper and black on dark are put on a plate of the opposite tone."""
    logo = Image.new("RGBA", (300, 100))
    logo.paste((*parse_color(ink), 255), (0, 0, 300, 40))
    logo.paste((*parse_color(ink), 255), (0, 60, 300, 100))
    assert not is_visible_on(logo, scheme_for(color).paper)
    picture = Image.open(BytesIO(draw_card(Card("Plate", color=color, logo=encoded(logo))))).convert("RGB")
    colors = {found for _, found in picture.crop((100, 400, 500, 550)).getcolors(1 << 20) or []}
    assert {parse_color(ink), scheme_for(color).ink} <= colors


def test_a_word_mark_that_would_half_vanish_gets_a_plate() -> None:
    """A red sign beside black letters is no use on a dark ground, also where the ground is no one colour."""
    mark = Image.new("RGBA", (300, 100))
    mark.paste(RED, (0, 0, 90, 100))
    mark.paste((20, 20, 24, 255), (100, 20, 300, 80))
    card = Card("Mark", color="#1f4e9c", template="gradient", logo=encoded(mark))
    corner = Image.open(BytesIO(draw_card(card))).convert("RGB").crop((84, 400, 500, 546))
    assert (255, 255, 255) in {found for _, found in corner.getcolors(1 << 20) or []}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_all_three_formats_are_read(kind: str) -> None:
    """PNG, JPEG and WebP logos are drawn."""
    left, _, right, _ = ink_box(Card("Kind", logo=encoded(Image.new("RGB", (300, 100), RED[:3]), kind)))
    assert right - left > 150


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGB", "RGBA"])
def test_every_mode_is_read(mode: str) -> None:
    """Grey, palette, 16-bit and CMYK logos open as RGBA of the same size."""
    logo = open_logo(
        encoded(Image.new(mode, (40, 20), 1 if mode != "CMYK" else 0), "JPEG" if mode == "CMYK" else "PNG")
    )
    assert logo is None or (logo.mode, logo.size) == ("RGBA", (40, 20))


def test_sixteen_bits_of_grey_are_not_clipped() -> None:
    """Half of 65535 is mid grey, not white."""
    logo = open_logo(encoded(Image.fromarray(np.full((8, 8), 32768, np.uint16))))
    assert logo
    assert logo.getpixel((4, 4)) == (128, 128, 128, 255)


def test_a_turned_photograph_is_set_upright() -> None:
    """EXIF orientation is obeyed."""
    exif = Image.Exif()
    exif[0x0112] = 6
    logo = open_logo(encoded(Image.new("RGB", (60, 20)), "JPEG", exif=exif))
    assert logo
    assert logo.size == (20, 60)


def test_broken_exif_data_are_passed_over() -> None:
    """A logo whose EXIF data cannot be read is drawn as it stands."""
    logo = open_logo(encoded(Image.new("RGB", (60, 20)), "PNG", exif=b"Exif\0\0no TIFF"))
    assert logo
    assert logo.size == (60, 20)


def test_an_empty_logo_is_no_logo() -> None:
    """A wholly transparent picture draws the same card as none."""
    assert draw_card(Card("Empty", logo=encoded(Image.new("RGBA", (90, 90))))) == draw_card(Card("Empty"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an image",
        encoded(Image.new("RGB", (300, 300), RED[:3]))[:200],
        encoded(Image.new("RGB", (300, 300), RED[:3]), "JPEG")[:400],
        encoded(Image.new("RGB", (9, 9)), "GIF"),
        encoded(Image.new("1", (14000, 14000))),
        encoded(Image.new("1", (9000, 9000))),
    ],
    ids=["empty", "text", "cut png", "cut jpeg", "gif", "bomb", "too big"],
)
def test_what_is_no_image_is_refused_by_name(data: bytes) -> None:
    """Bytes that are no readable PNG, JPEG or WebP raise a ValueError that names the logo."""
    with pytest.raises(ValueError, match=r"^logo: "):
        draw_card(Card("Refused", logo=data))


def test_a_favicon_is_not_blown_up() -> None:
    """A tiny logo is at most doubled."""
    assert fit_logo(Image.new("RGBA", (16, 16)), 340, 84, 15_000).size == (32, 32)
