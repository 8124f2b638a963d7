"""The split template: the article's hero on one half, the text on plain paper on the other.

The hero is on the side where lines of text end, or above the text on a card that is not wide.
"""

from dataclasses import replace

from PIL import Image

from imaging.cards.canvas import Box, Canvas, inside, unit
from imaging.cards.card import Card
from imaging.cards.contrast import scheme_for
from imaging.cards.foot import with_foot
from imaging.cards.hero import fill, open_hero
from imaging.cards.layout import Texts, Typography, draw, place

_MARGIN, _BAND = 60, 12  # pixels on a card of 1200x630
_BESIDE, _ABOVE = 0.42, 0.46  # the hero's share of the card
_NARROW = Typography(
    title=(84, 78, 72, 66, 61, 56, 52, 48, 44, 40, 37, 34, 31, 28),
    few_lines=((72, 3), (56, 4), (44, 5)),
    whole_from=44,
    broken_from=56,
    excerpt=(31, 28),
    gap=24,
)
_WIDE = Typography(title=(96, 88, 80, 74, 68, 62, 57, 52, 48, 44, 40, 36, 33, 30), excerpt=(36, 33), gap=24)


def draw_split(card: Card, hero: bytes) -> Image.Image:
    """Return the card as an RGB picture."""
    texts, beside = Texts.of(card), card.size[0] > 1.2 * card.size[1]
    scheme = scheme_for(card.color)
    picture = Image.new("RGB", card.size, scheme.paper)
    shown, paper = _halves(card.size, beside=beside, rtl=texts.rtl)
    picture.paste(fill(open_hero(hero), (shown.width, shown.height)), (shown.left, shown.top))
    _draw_band(picture, shown, beside=beside, rtl=texts.rtl, color=scheme.accent)
    canvas = Canvas(picture, scheme, paper, texts.rtl)
    draw(canvas, place(with_foot(canvas, card, texts), texts, _NARROW if beside else _WIDE))
    return picture


def _halves(size: tuple[int, int], *, beside: bool, rtl: bool) -> tuple[Box, Box]:
    """Return the hero's part of the card, and the box for the text."""
    (width, height), box = size, inside(size, _MARGIN)
    if not beside:
        edge = round(height * _ABOVE)
        return Box(0, 0, width, edge), replace(box, top=edge + box.top)
    edge = round(width * (_BESIDE if rtl else 1 - _BESIDE))
    if rtl:
        return Box(0, 0, edge, height), replace(box, left=edge + box.left)
    return Box(edge, 0, width, height), replace(box, right=edge - box.left)


def _draw_band(picture: Image.Image, shown: Box, *, beside: bool, rtl: bool, color: tuple[int, int, int]) -> None:
    """Draw a band of the brand's colour along the inner edge of the hero."""
    band = round(_BAND * unit(picture.size))
    if not beside:
        box = (shown.left, shown.bottom - band, shown.right, shown.bottom)
    elif rtl:
        box = (shown.right - band, shown.top, shown.right, shown.bottom)
    else:
        box = (shown.left, shown.top, shown.left + band, shown.bottom)
    picture.paste(color, box)
