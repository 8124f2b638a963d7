"""Colour: WCAG luminance and contrast, and the four colours a card is drawn in.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from dataclasses import dataclass

RGB = tuple[int, int, int]

HOUSE_COLOR = "#3b5bdb"
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text of any size
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: what is not text
# Muted text is aimed higher than 4.5: feeds show a card at 40 % of its size, and thin strokes pale.
MUTED_CONTRAST = 6.0

WHITE: RGB = (255, 255, 255)
NIGHT: RGB = (15, 17, 22)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of one card: the ground, its text, its quieter text, and the brand's accent."""

    paper: RGB
    ink: RGB
    muted: RGB
    accent: RGB


def parse_color(color: str) -> RGB:
    """'#rrggbb' as three numbers of 0..255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def luminance(color: RGB) -> float:
    """Relative luminance, 0 (black) to 1 (white): https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in color))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: RGB, other: RGB) -> float:
    """Contrast ratio, 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(base: RGB, other: RGB, share: float) -> RGB:
    """`base` with `share` (0..1) of `other` in it."""
    r, g, b = (round(x + (y - x) * share) for x, y in zip(base, other, strict=True))
    return r, g, b


def scheme_for(color: str | None) -> Scheme:
    """Light paper, or dark paper for a brand colour too pale to be seen on light (yellow, white).

    One of the two always shows the accent at 3:1: their contrast to each other is above 9:1.
    """
    accent = parse_color(color or HOUSE_COLOR)
    paper, ink = mix(WHITE, accent, 0.04), mix(NIGHT, accent, 0.08)
    if contrast(accent, paper) < SHAPE_CONTRAST:
        paper, ink = mix(NIGHT, accent, 0.05), mix(WHITE, accent, 0.03)
    return Scheme(paper, ink, _muted(paper, ink), accent)


def _muted(paper: RGB, ink: RGB) -> RGB:
    """The ink, as far towards the paper as its contrast allows."""
    tones = (mix(ink, paper, step / 100) for step in range(40, 0, -2))
    return next((tone for tone in tones if contrast(tone, paper) >= MUTED_CONTRAST), ink)
