"""The canvas of card templates: a picture, its colours, and the box for its content."""

import math
from dataclasses import dataclass, replace

from PIL import Image, ImageStat

from imaging.cards.contrast import RGB, Scheme
from imaging.cards.logo import fit_logo, is_opaque, is_visible_on, open_logo, rounded, rounded_mask
from imaging.typesetting.text import Block

# Pixels on a card of 1200x630.
_LOGO_WIDTH, _LOGO_HEIGHT, _LOGO_AREA = 340, 84, 15_000
_LOGO_GAP = 44
_PLATE_PADDING, _RADIUS = 14, 8
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

    def with_logo(self, data: bytes | None) -> "Canvas":
        """Draw the logo into the lower corner of the box; return the canvas with the box above it.

        Raises ValueError naming the field if the bytes are not a logo.
        """
        logo = None if data is None else open_logo(data)
        if logo is None:
            return self
        top = self._draw_logo(logo) - self.px(_LOGO_GAP)
        return replace(self, box=replace(self.box, bottom=top))

    def _draw_logo(self, logo: Image.Image) -> int:
        """Draw the logo; return its top edge in pixels."""
        area = round(_LOGO_AREA * self.unit**2)
        logo = fit_logo(logo, self.px(_LOGO_WIDTH), self.px(_LOGO_HEIGHT), area)
        if is_opaque(logo):
            logo = rounded(logo, min(self.px(_RADIUS), min(logo.size) // 4))
        elif not is_visible_on(logo, self._under(logo), self.logo_contrast):
            logo = _on_plate(logo, self.scheme.ink, self.px(_PLATE_PADDING), self.px(_RADIUS))
        left, top = self._left(logo.width), self.box.bottom - logo.height
        self.picture.paste(logo, (left, top), logo)
        return top

    def _under(self, logo: Image.Image) -> RGB:
        """Return the mean colour of the background under the logo."""
        left, bottom = self._left(logo.width), self.box.bottom
        ground = self.picture.crop((left, bottom - logo.height, left + logo.width, bottom))
        red, green, blue = (round(mean) for mean in ImageStat.Stat(ground).mean)
        return red, green, blue

    def draw_block(self, block: Block, top: int, color: RGB) -> None:
        """Draw lines of text; their ink starts exactly at the side of the box."""
        for i, ink in enumerate(block.lines):
            y = top + block.ascent + i * block.pitch - ink.ascent
            place = self._left(ink.mask.width), y
            self.picture.paste(color, place, ink.mask)
            if ink.pictures:
                self.picture.paste(ink.pictures, place, ink.pictures)

    def block_box(self, block: Block, top: int) -> Box:
        """Return the box in which `draw_block` draws."""
        left = self._left(block.width)
        return Box(left, top, left + block.width, top + block.height)

    def _left(self, width: int) -> int:
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


def _on_plate(logo: Image.Image, color: RGB, padding: int, radius: int) -> Image.Image:
    size = logo.width + 2 * padding, logo.height + 2 * padding
    plate = Image.new("RGBA", size, color)
    plate.alpha_composite(logo, (padding, padding))
    plate.putalpha(rounded_mask(size, radius))
    return plate
