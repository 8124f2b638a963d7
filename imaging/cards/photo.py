"""The photo template: the article's hero from edge to edge, the text at its foot over a dark veil."""

from dataclasses import replace

from PIL import Image

from imaging.cards.canvas import Box, Canvas, inside
from imaging.cards.card import Card
from imaging.cards.contrast import SHAPE_CONTRAST
from imaging.cards.hero import fill, open_hero
from imaging.cards.layout import Texts, Typography, around, draw, place
from imaging.cards.scrim import scheme_over_pictures, veiled

_MARGIN, _SOFT = 68, 48  # pixels on a card of 1200x630
_SHARE = 0.74  # of a wide card's width is for text
_TYPOGRAPHY = Typography(
    title=(80, 74, 68, 62, 57, 52, 48, 44, 40, 37),
    few_lines=((74, 2), (52, 3), (44, 4)),
    whole_from=48,
    broken_from=62,
    excerpt=(32, 30),
    excerpt_lines=2,
    gap=22,
    stands="bottom",
)


def draw_photo(card: Card, hero: bytes) -> Image.Image:
    """Return the card as an RGB picture."""
    texts = Texts.of(card)
    box = _text_box(card.size, rtl=texts.rtl)
    picture = fill(open_hero(hero), card.size)
    scheme = scheme_over_pictures(card.color)
    # The text's place depends on the logo, but the veil must be drawn below both: so lay out on a sketch first.
    sketch = Canvas(Image.new("RGB", card.size, scheme.paper), scheme, box, texts.rtl, SHAPE_CONTRAST)
    room = sketch.with_logo(card.logo)
    placed = place(room, texts, _TYPOGRAPHY)
    boxes = around(room, placed)
    canvas = Canvas(veiled(picture, boxes, scheme, sketch.px(_SOFT)), scheme, box, texts.rtl, SHAPE_CONTRAST)
    canvas.with_logo(card.logo)
    draw(canvas, placed)
    return canvas.picture


def _text_box(size: tuple[int, int], *, rtl: bool) -> Box:
    """Return the box for the text: on a wide card only one side, to leave the hero visible beside it."""
    box = inside(size, _MARGIN)
    if size[0] <= size[1]:
        return box
    rest = round(box.width * (1 - _SHARE))
    return replace(box, left=box.left + rest) if rtl else replace(box, right=box.right - rest)
