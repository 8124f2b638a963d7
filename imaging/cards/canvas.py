"""What templates draw on: a picture, its colours, and the box that its content keeps to."""

import math
from dataclasses import dataclass, replace

from PIL import Image

from imaging.cards.contrast import RGB, Scheme
from imaging.cards.logo import fit_logo, is_opaque, is_visible_on, rounded, rounded_mask
from imaging.cards.text import Block

# Pixels on a card of 1200x630.
_LOGO_WIDTH, _LOGO_HEIGHT, _LOGO_AREA = 340, 84, 15_000
_PLATE_PADDING, _RADIUS = 14, 8


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture to draw on, and the side that its content keeps to: right when read from right to left."""

    picture: Image.Image
    scheme: Scheme
    box: Box
    rtl: bool

    @property
    def unit(self) -> float:
        """How large a pixel of the 1200x630 design is here."""
        return unit(self.picture.size)

    def px(self, design: float) -> int:
        """Pixels of the 1200x630 design as pixels here."""
        return round(design * self.unit)

    def above(self, top: int) -> "Canvas":
        """The same canvas with only what is above `top` left to draw in."""
        return replace(self, box=replace(self.box, bottom=top))

    def draw_logo(self, logo: Image.Image) -> int:
        """Draws the logo into the lower corner of the box; returns its top edge in pixels."""
        area = round(_LOGO_AREA * self.unit**2)
        logo = fit_logo(logo, self.px(_LOGO_WIDTH), self.px(_LOGO_HEIGHT), area)
        if is_opaque(logo):
            logo = rounded(logo, min(self.px(_RADIUS), min(logo.size) // 4))
        elif not is_visible_on(logo, self.scheme.paper):
            logo = _on_plate(logo, self.scheme.ink, self.px(_PLATE_PADDING), self.px(_RADIUS))
        left, top = self._left(logo.width), self.box.bottom - logo.height
        self.picture.paste(logo, (left, top), logo)
        return top

    def draw_block(self, block: Block, top: int, color: RGB) -> None:
        """Draws lines of text; their ink starts exactly at the side of the box."""
        for i, ink in enumerate(block.lines):
            y = top + block.ascent + i * block.pitch - ink.ascent
            self.picture.paste(color, (self._left(ink.mask.width), y), ink.mask)

    def _left(self, width: int) -> int:
        return self.box.right - width if self.rtl else self.box.left


def unit(size: tuple[int, int]) -> float:
    """A pixel of the 1200x630 design, by area; less on tall cards, whose lines would hold few letters."""
    return min(math.sqrt(size[0] * size[1] / (1200 * 630)), size[0] / 860)


def _on_plate(logo: Image.Image, color: RGB, padding: int, radius: int) -> Image.Image:
    size = logo.width + 2 * padding, logo.height + 2 * padding
    plate = Image.new("RGBA", size, color)
    plate.alpha_composite(logo, (padding, padding))
    plate.putalpha(rounded_mask(size, radius))
    return plate
