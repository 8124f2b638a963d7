"""The gradient template: a gradient of the brand's colour, concentric rings in a corner, large type.

The background uses the painter's colour ramps, so that cards and painted pictures of a brand match. It is dark under
white text, and light under dark text for brand colours too pale for white.
"""

import numpy as np
from PIL import Image

from imaging.cards.canvas import Canvas, inside
from imaging.cards.card import Card
from imaging.cards.contrast import (
    HOUSE_COLOR,
    NIGHT,
    RGB,
    SHAPE_CONTRAST,
    TEXT_CONTRAST,
    WHITE,
    Scheme,
    contrast,
    mix,
    parse_color,
)
from imaging.cards.foot import with_foot
from imaging.cards.layout import Texts, Typography, draw, place
from imaging.painting.palette import LEAD_TONE, STEPS, Palette, Plane, palette

_MARGIN = 84  # pixels on a card of 1200x630
_RINGS = (0.42, 0.68, 0.98)  # radii in shorter sides
_MUTED = 0.14  # share of the background in the muted ink
_AIMED = TEXT_CONTRAST * 1.05


def draw_gradient(card: Card) -> Image.Image:
    """Return the card as an RGB picture."""
    texts = Texts.of(card)
    color = card.color or HOUSE_COLOR
    ramps = palette(color, np.random.Generator(np.random.PCG64(0)))
    light = contrast(WHITE, parse_color(color)) < SHAPE_CONTRAST
    ink = mix(NIGHT, parse_color(color), 0.08) if light else WHITE
    picture, scheme = _ground(card.size, ramps, ink, light=light, rtl=texts.rtl)
    canvas = Canvas(picture, scheme, inside(card.size, _MARGIN), texts.rtl)
    draw(canvas, place(with_foot(canvas, card, texts), texts, Typography()))
    return picture


def _ground(size: tuple[int, int], ramps: Palette, ink: RGB, *, light: bool, rtl: bool) -> tuple[Image.Image, Scheme]:
    """Return the background and its scheme, whose `paper` is the background tone with least contrast to the ink."""
    limit = _nearest_tone(ramps, ink, light=light)
    tone = _tones(size, rtl=rtl)  # 0: the plain side; 1: the corner with the rings
    tone = 1.0 - (1.0 - limit) * tone if light else 0.1 + (limit - 0.1) * tone
    pixels = np.empty((*tone.shape, 3), dtype=np.uint8)
    flat = np.zeros_like(tone)
    ramps.develop(tone, flat, flat, pixels)
    paper = _color(ramps, limit)
    return Image.fromarray(pixels), Scheme(paper, ink, mix(ink, paper, _MUTED), ink)


def _tones(size: tuple[int, int], *, rtl: bool) -> Plane:
    """Return tones (h, w) in 0..1: a slope towards the far upper corner, and rings around it."""
    width, height = size
    short = min(size)
    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / short
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / short
    x = x if rtl else width / short - x
    far = np.float32(np.hypot(width, height) / short)
    d = np.sqrt((x - 0.08) ** 2 + (y - 0.02) ** 2)
    tone = 0.62 * (1 - d / far)
    for radius in _RINGS:
        tone += 0.125 * np.clip((radius - d) * short + 0.5, 0, 1)
    return np.clip(tone, 0, 1).astype(np.float32)


def _nearest_tone(ramps: Palette, ink: RGB, *, light: bool) -> float:
    """Return the tone, at most the brand's own, nearest to the ink on which both inks are readable."""
    tones = np.linspace(LEAD_TONE, 1.0 if light else 0.1, 60)
    for tone in tones:
        paper = _color(ramps, float(tone))
        if contrast(mix(ink, paper, _MUTED), paper) >= _AIMED:
            return float(tone)
    return float(tones[-1])


def _color(ramps: Palette, tone: float) -> RGB:
    red, green, blue = (round(float(channel)) for channel in ramps.lead[:, round(tone * (STEPS - 1))])
    return red, green, blue
