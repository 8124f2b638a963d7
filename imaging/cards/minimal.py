"""The minimal template: plain paper, one band of the brand's colour, large type, the logo below.

Text and band are on the left, or on the right for right-to-left scripts such as Arabic and Hebrew.
"""

from dataclasses import replace

from PIL import Image

from imaging.cards.canvas import Canvas, inside, unit
from imaging.cards.card import Card
from imaging.cards.contrast import scheme_for
from imaging.cards.layout import Texts, Typography, draw, place

_MARGIN, _BAND = 80, 20  # pixels on a card of 1200x630


def draw_minimal(card: Card) -> Image.Image:
    """Return the card as an RGB picture."""
    texts = Texts.of(card)
    canvas = _canvas(card, texts.rtl)
    room = canvas.with_logo(card.logo)
    draw(canvas, place(room, texts, Typography()))
    return canvas.picture


def _canvas(card: Card, rtl: bool) -> Canvas:
    """Return paper with the band; the box is the area within the margins."""
    width, height = card.size
    scheme = scheme_for(card.color)
    box, band = inside(card.size, _MARGIN), round(_BAND * unit(card.size))
    picture = Image.new("RGB", card.size, scheme.paper)
    picture.paste(scheme.accent, (width - band, 0, width, height) if rtl else (0, 0, band, height))
    box = replace(box, right=box.right - band) if rtl else replace(box, left=box.left + band)
    return Canvas(picture, scheme, box, rtl)
