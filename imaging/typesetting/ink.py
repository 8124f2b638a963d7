"""Measuring and drawing one line of text."""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from imaging.typesetting.bidi import visual_order
from imaging.typesetting.emoji import emoji
from imaging.typesetting.fonts import load
from imaging.typesetting.paragraph import Run


@dataclass(frozen=True, slots=True)
class Ink:
    """A drawn line: an alpha mask without empty edges, and its height above the baseline (pixels)."""

    mask: Image.Image
    ascent: int
    text: str  # in reading order
    pictures: Image.Image | None = None  # colour emoji: RGBA, as large as the mask

    @property
    def descent(self) -> int:
        return self.mask.height - self.ascent


def advance(run: Run, weight: int, size: int, language: str | None) -> float:
    """Return the width of a run in pixels, kerned and shaped."""
    font = load(run.face, weight, size)
    return font.getlength(run.text, direction=_direction(run), language=language)


def draw_line(runs: list[Run], weight: int, size: int, language: str | None) -> Ink | None:
    """Draw the runs in visual order; return None if there is nothing to see (white space)."""
    ordered = visual_order(runs)
    widths = [advance(run, weight, size, language) for run in ordered]
    pad = size  # room for glyphs beyond their advance, and for stacked marks
    baseline = 2 * size
    mask = Image.new("L", (round(sum(widths)) + 2 * pad, 4 * size), 0)
    pictures = Image.new("RGBA", mask.size) if any(run.face.color for run in runs) else None
    draw, x = ImageDraw.Draw(mask), float(pad)
    for run, width in zip(ordered, widths, strict=True):
        if run.face.color and pictures:
            picture, left, above = emoji(run.text, size)
            pictures.alpha_composite(picture, (round(x) - left, baseline - above))
        else:
            font = load(run.face, weight, size)
            draw.text((x, baseline), run.text, 255, font, anchor="ls", direction=_direction(run), language=language)
        x += width
    seen = ImageChops.lighter(mask, pictures.getchannel("A")) if pictures else mask
    box = seen.getbbox()
    if not box:
        return None
    text = "".join(run.text for run in runs)
    return Ink(mask.crop(box), baseline - box[1], text, pictures.crop(box) if pictures else None)


def _direction(run: Run) -> str:
    return "rtl" if run.level % 2 else "ltr"
