"""WCAG luminance and contrast, and the colour scheme of a card.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from dataclasses import dataclass

from imaging.srgb import to_linear

RGB = tuple[int, int, int]

HOUSE_COLOR = "#3b5bdb"
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text of any size
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: non-text elements
# More than 4.5 for muted text: feeds show a card at 40 % of its size, where thin strokes look paler.
MUTED_CONTRAST = 6.0
LUMINANCE = _RED, _GREEN, _BLUE = (0.2126, 0.7152, 0.0722)  # shares of linear red, green and blue in it

WHITE: RGB = (255, 255, 255)
NIGHT: RGB = (15, 17, 22)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of one card: background, text, muted text, and the brand's accent."""

    paper: RGB
    ink: RGB
    muted: RGB
    accent: RGB


def parse_color(color: str) -> RGB:
    """Return '#rrggbb' as three numbers in 0..255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def luminance(color: RGB) -> float:
    """Return the relative luminance, 0 (black) to 1 (white): https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    r, g, b = (to_linear(v / 255) for v in color)
    return _RED * r + _GREEN * g + _BLUE * b


def contrast(one: RGB, other: RGB) -> float:
    """Return the contrast ratio, 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(base: RGB, other: RGB, share: float) -> RGB:
    """Return `base` mixed with a `share` (0..1) of `other`."""
    r, g, b = (round(x + (y - x) * share) for x, y in zip(base, other, strict=True))
    return r, g, b


def scheme_for(color: str | None) -> Scheme:
    """Return a light scheme, or a dark one for a brand colour that is too pale on light (yellow, white).

    The accent always reaches 3:1 on one of the two papers, as their contrast to each other is above 9:1.
    """
    accent = parse_color(color or HOUSE_COLOR)
    paper, ink = mix(WHITE, accent, 0.04), mix(NIGHT, accent, 0.08)
    if contrast(accent, paper) < SHAPE_CONTRAST:
        paper, ink = mix(NIGHT, accent, 0.05), mix(WHITE, accent, 0.03)
    return Scheme(paper, ink, _muted(paper, ink), accent)


def _muted(paper: RGB, ink: RGB) -> RGB:
    """Return the ink mixed with as much paper as its contrast allows."""
    tones = (mix(ink, paper, step / 100) for step in range(40, 0, -2))
    return next((tone for tone in tones if contrast(tone, paper) >= MUTED_CONTRAST), ink)
