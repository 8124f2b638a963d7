"""The minimal template: plain paper, one band of the brand's colour, large type, whose it is at the foot.

Rings in a tint of the paper, as on the gradient template, come in from the far lower corner. Text and band are on the
left, or on the right for right-to-left scripts such as Arabic and Hebrew.
"""

from dataclasses import replace

from PIL import Image, ImageDraw

from imaging.cards.canvas import Canvas, inside, unit
from imaging.cards.card import Card
from imaging.cards.contrast import Scheme, mix, scheme_for
from imaging.cards.foot import with_foot
from imaging.cards.layout import Texts, Typography, draw, place

_MARGIN, _BAND = 80, 20  # pixels on a card of 1200x630
_RINGS = ((0.86, 0.03), (0.6, 0.055), (0.34, 0.085))  # radius in shorter sides, share of the accent in the paper
_FINE = 3  # times as large, for antialiasing


def draw_minimal(card: Card) -> Image.Image:
    """Return the card as an RGB picture."""
    texts = Texts.of(card)
    canvas = _canvas(card, texts.rtl)
    draw(canvas, place(with_foot(canvas, card, texts, mark=True), texts, Typography()))
    return canvas.picture


def _canvas(card: Card, rtl: bool) -> Canvas:
    """Return paper with rings and band; the box is the area within the margins."""
    width, height = card.size
    scheme = scheme_for(card.color)
    box, band = inside(card.size, _MARGIN), round(_BAND * unit(card.size))
    picture = _paper(card.size, scheme, rtl=rtl)
    picture.paste(scheme.accent, (width - band, 0, width, height) if rtl else (0, 0, band, height))
    box = replace(box, right=box.right - band) if rtl else replace(box, left=box.left + band)
    return Canvas(picture, scheme, box, rtl)


def _paper(size: tuple[int, int], scheme: Scheme, *, rtl: bool) -> Image.Image:
    """Return the paper with quarter rings in its far lower corner, so pale that text stands on them."""
    large = Image.new("RGB", (size[0] * _FINE, size[1] * _FINE), scheme.paper)
    pen = ImageDraw.Draw(large)
    for radius, share in _RINGS:
        center = (0 if rtl else large.width, large.height)
        pen.circle(center, radius * min(large.size), mix(scheme.paper, scheme.accent, share))
    return large.resize(size, Image.Resampling.BOX)
