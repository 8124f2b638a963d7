"""A card as a whole: what draw_card promises about bytes, sizes, templates and threads."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from imaging.cards import Card, Template, draw_card

LONG = ("Ein langer Titel mit vielen Wörtern " * 9)[:300]


def noise(width: int, height: int) -> bytes:
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    with BytesIO() as out:
        Image.fromarray(pixels).save(out, "PNG")
        return out.getvalue()


HERO = noise(688, 384)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def test_a_card_is_a_png_of_the_open_graph_size() -> None:
    """A card is a PNG of 1200x630 pixels unless told otherwise."""
    picture = opened(draw_card(Card("Laktoseintoleranz und Laktase")))
    assert (picture.format, picture.size, picture.mode) == ("PNG", (1200, 630), "RGB")


@pytest.mark.parametrize("size", [(1080, 1080), (1080, 1920), (1200, 675), (600, 315), (2400, 1260)])
def test_other_sizes_are_drawn_by_the_same_layout(size: tuple[int, int]) -> None:
    """Every other size comes out at exactly that size, with text on it, under the limit of bytes."""
    data = draw_card(Card("Other sizes", "With an excerpt", logo=noise(900, 500), size=size))
    picture = opened(data)
    assert picture.size == size
    assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10
    assert len(data) < 300_000


def test_the_heaviest_card_stays_under_300_kb() -> None:
    """A 300 character title, a long excerpt and a logo of pure noise still make less than 300 kB."""
    assert len(draw_card(Card(LONG, LONG, "#c2185b", noise(1600, 900)))) < 300_000


def test_a_card_beyond_the_limit_is_saved_in_a_palette() -> None:
    """Where true colour would be too heavy, 256 colours keep the card under the limit."""
    data = draw_card(Card("Heavy", logo=noise(1600, 900), size=(4800, 2520)))
    assert len(data) < 300_000
    assert opened(data).mode == "P"


def test_equal_cards_are_drawn_once_whatever_the_number_of_threads() -> None:
    """Threads that ask for equal cards at the same time all get the very same bytes object."""
    barrier = Barrier(8)

    def ask(_: int) -> bytes:
        card = Card("Asked for by eight threads", logo=noise(64, 64))
        barrier.wait()
        return draw_card(card)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answer is answers[0] for answer in answers)


@pytest.mark.parametrize("template", get_args(Template))
@pytest.mark.parametrize("size", [(1200, 630), (1080, 1920)])
def test_every_template_fits_its_longest_title(template: Template, size: tuple[int, int]) -> None:
    """Each template draws 300 characters below 300 kB, over a hero of noise too; over a hero it is a JPEG."""
    data = draw_card(Card(LONG, "", "#0a7d5a", None, template, size, "de", HERO))
    picture = opened(data)
    assert picture.size == size
    assert picture.format == ("JPEG" if template in {"photo", "split"} else "PNG")
    assert len(data) < 300_000


def test_a_template_over_a_hero_needs_one() -> None:
    """Without a hero, and with one that is no picture, the error names the field."""
    for hero in (None, b"no picture"):
        with pytest.raises(ValueError, match=r"^hero: "):
            draw_card(Card("No hero", template="photo", hero=hero))


def test_a_hero_is_on_its_card_as_a_page_shows_it() -> None:
    """A hero that EXIF turns is upright on the card, and one that is transparent stands on white."""
    halves = Image.new("RGBA", (384, 688), (0, 0, 0, 0))
    halves.paste("blue", (0, 0, 384, 344))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right when it is shown: its left half is the upper one
    with BytesIO() as out:
        halves.transpose(Image.Transpose.ROTATE_90).save(out, "PNG", exif=exif)
        card = np.asarray(opened(draw_card(Card("Sky", template="split", hero=out.getvalue()))).convert("RGB"))
    assert np.abs(card[40, 1100].astype(int) - (0, 0, 255)).max() < 12
    assert np.abs(card[590, 1100].astype(int) - (255, 255, 255)).max() < 12


@pytest.mark.parametrize("title", ["\u200b", "   ", "𒀀𒀁𒀂", "\u0301", "\ufe0f", "🚀", "\u202e abc"])
def test_odd_titles_draw_a_card(title: str) -> None:
    """A title of nothing a font has, of marks alone, or of one emoji draws a card and not an error."""
    assert opened(draw_card(Card(title, title))).size == (1200, 630)


def test_emoji_have_their_colours() -> None:
    """A red heart is red and a green one green, in title and excerpt, whatever the ink is."""
    picture = opened(draw_card(Card("\u2764\ufe0f", "💚", "#222222"))).convert("RGB")
    red, green, blue = (np.asarray(channel).astype(int) for channel in picture.split())
    assert ((red > 180) & (green < 90) & (blue < 90)).sum() > 1000
    assert ((green > red + 40) & (green > blue + 40)).sum() > 100
