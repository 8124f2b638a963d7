"""The canvas of card templates: a picture, its colours, and the box for its content."""

import math
from dataclasses import dataclass, replace

from PIL import Image, ImageStat

from imaging.cards.contrast import RGB, Scheme
from imaging.typesetting.text import Block

_FOOT = 0.16  # of a tall card's height


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; right and bottom are exclusive."""

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
    """A picture to draw on. Content is aligned to the left of the box, or to the right if `rtl`."""

    picture: Image.Image
    scheme: Scheme
    box: Box
    rtl: bool
    logo_contrast: float = 2.0  # least contrast of a logo to its background; higher on photographs

    @property
    def unit(self) -> float:
        """The scale from the 1200x630 design to this picture."""
        return unit(self.picture.size)

    def px(self, design: float) -> int:
        """Convert pixels of the 1200x630 design to pixels of this picture."""
        return round(design * self.unit)

    def indented(self, width: int) -> "Canvas":
        """Return the canvas with the box narrowed by so many pixels, on the side where lines begin."""
        box = (
            replace(self.box, right=self.box.right - width)
            if self.rtl
            else replace(self.box, left=self.box.left + width)
        )
        return replace(self, box=box)

    def under(self, size: tuple[int, int]) -> RGB:
        """Return the mean colour of the background under a logo of this size, in the lower corner of the box."""
        left, bottom = self.left(size[0]), self.box.bottom
        ground = self.picture.crop((left, bottom - size[1], left + size[0], bottom))
        red, green, blue = (round(mean) for mean in ImageStat.Stat(ground).mean)
        return red, green, blue

    def draw_block(self, block: Block, top: int, color: RGB) -> None:
        """Draw lines of text; their ink starts exactly at the side of the box."""
        for i, ink in enumerate(block.lines):
            y = top + block.ascent + i * block.pitch - ink.ascent
            place = self.left(ink.mask.width), y
            self.picture.paste(color, place, ink.mask)
            if ink.pictures:
                self.picture.paste(ink.pictures, place, ink.pictures)

    def block_box(self, block: Block, top: int) -> Box:
        """Return the box in which `draw_block` draws."""
        left = self.left(block.width)
        return Box(left, top, left + block.width, top + block.height)

    def left(self, width: int) -> int:
        """Return the left edge of something of this width that stands where lines begin."""
        return self.box.right - width if self.rtl else self.box.left


def unit(size: tuple[int, int]) -> float:
    """Return the scale from the 1200x630 design, by area; smaller on tall cards, whose lines would hold few letters."""
    return min(math.sqrt(size[0] * size[1] / (1200 * 630)), size[0] / 860)


def inside(size: tuple[int, int], margin: float) -> Box:
    """Return the card's box without margins; `margin` in pixels of the 1200x630 design.

    The foot of a tall card stays free, too: TikTok, Reels and Shorts cover it with captions and buttons.
    """
    width, height = size
    rim = round(margin * unit(size))
    foot = max(rim, round(_FOOT * height)) if height > 1.5 * width else rim
    return Box(rim, rim, width - rim, height - foot)
