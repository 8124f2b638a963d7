"""The photo template: the article's hero from edge to edge, the text at its foot over a shade that runs out into it."""

from dataclasses import replace

from PIL import Image

from imaging.cards.canvas import Canvas, inside
from imaging.cards.card import Card
from imaging.cards.contrast import SHAPE_CONTRAST
from imaging.cards.foot import with_foot
from imaging.cards.hero import fill, open_hero
from imaging.cards.layout import Texts, Typography, around, draw, place
from imaging.cards.scrim import scheme_over_pictures, shaded

_MARGIN, _SOFT = 68, 36  # pixels on a card of 1200x630
_SHARE = 0.88  # of a wide card's width is for text
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
    texts, box = Texts.of(card), inside(card.size, _MARGIN)
    picture = fill(open_hero(hero), card.size)
    scheme = scheme_over_pictures(card.color)
    # The text's place depends on the foot, but the shade must be drawn below both: so lay out on a sketch first.
    sketch = Canvas(Image.new("RGB", card.size, scheme.paper), scheme, box, texts.rtl, SHAPE_CONTRAST)
    room = _text_room(with_foot(sketch, card, texts))
    placed = place(room, texts, _TYPOGRAPHY)
    shade = shaded(picture, around(room, placed), scheme, sketch.px(_SOFT))
    canvas = Canvas(shade, scheme, box, texts.rtl, SHAPE_CONTRAST)
    with_foot(canvas, card, texts)
    draw(replace(canvas, box=room.box), placed)
    return canvas.picture


def _text_room(canvas: Canvas) -> Canvas:
    """Return the canvas with the box for the text: on a wide card not all of it, since long lines tire."""
    (width, height), box = canvas.picture.size, canvas.box
    if width <= height:
        return canvas
    rest = round(box.width * (1 - _SHARE))
    box = replace(box, left=box.left + rest) if canvas.rtl else replace(box, right=box.right - rest)
    return replace(canvas, box=box)
