"""Colour emoji: glyphs of a COLRv1 font, rendered by resvg, as Pillow does not support COLRv1."""

from functools import lru_cache
from html import escape
from io import BytesIO

import resvg_py
from PIL import Image

from imaging.typesetting.fonts import COLOR_EMOJI, path

_DRAWN = 256  # pixels per em; drawn once for all sizes, since each drawing loads the font
_LEFT, _ABOVE = 0.25, 1.25  # ems to the left of the origin and above the baseline


@lru_cache(maxsize=128)
def emoji(text: str, size: int) -> tuple[Image.Image, int, int]:
    """Return one emoji as RGBA for a font size in pixels, and the x and y of its origin in that picture."""
    scale = size * COLOR_EMOJI.scale / _DRAWN
    large = _large(text)
    small = large.resize((round(large.width * scale), round(large.height * scale)), Image.Resampling.LANCZOS)
    return small, round(_LEFT * _DRAWN * scale), round(_ABOVE * _DRAWN * scale)


@lru_cache(maxsize=128)
def _large(text: str) -> Image.Image:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * _DRAWN}" height="{1.75 * _DRAWN}">'
        f'<text x="{_LEFT * _DRAWN}" y="{_ABOVE * _DRAWN}" font-size="{_DRAWN}" font-family="Noto Color Emoji">'
        f"{escape(text)}</text></svg>"
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[path(COLOR_EMOJI)])
    with Image.open(BytesIO(png)) as picture:
        return picture.convert("RGBA")
