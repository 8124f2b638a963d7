"""The foot of a card: whose it is. The logo, the site's name, or a quiet mark where there is neither."""

from dataclasses import dataclass, replace

from PIL import Image

from imaging.cards.canvas import Canvas
from imaging.cards.card import Card
from imaging.cards.contrast import RGB
from imaging.cards.layout import Texts
from imaging.cards.logos.logo import fit_logo, is_opaque, is_visible_on, open_logo, rounded, rounded_mask
from imaging.typesetting.text import Block, Style, fit_cut

# Pixels on a card of 1200x630.
_LOGO_WIDTH, _LOGO_HEIGHT, _LOGO_AREA = 340, 84, 15_000
_GAP, _QUIET_GAP = 44, 36  # between the foot and the text above it: of a logo, and of a name or mark
_PLATE_PADDING, _RADIUS = 14, 8
_NAME, _NAME_WEIGHT = (27, 24, 21), 700
_BESIDE, _APART = 20, 48  # between a compact logo and the name, and at least between a long one and the name
_COMPACT = 1.7  # ratio up to which a logo is a sign rather than a word
_DOT, _DOT_GAP = 15, 14  # the mark before a name
_BAR = 64, 8  # the mark where there is no name


@dataclass(frozen=True, slots=True)
class _Sign:
    """The logo as it is drawn, and whether it is compact."""

    picture: Image.Image
    is_compact: bool


def with_foot(canvas: Canvas, card: Card, texts: Texts, *, mark: bool = False) -> Canvas:
    """Draw the foot into the lower edge of the box; return the canvas with the box above it.

    A compact logo has the site's name beside it, a long one at the other end of the line, where there is room.
    `mark`: whether to draw one where there is nothing else.

    Raises ValueError naming the field if the bytes are not a logo.
    """
    sign = _sign(canvas, card.logo)
    if sign:
        height = sign.picture.height
        left = canvas.left(sign.picture.width)
        canvas.picture.paste(sign.picture, (left, canvas.box.bottom - height), sign.picture)
        _draw_name_by(canvas, texts, sign)
        return _above(canvas, height, _GAP)
    if name := _name(canvas, texts, canvas.box.width - canvas.px(_DOT + _DOT_GAP)):
        _draw_name_alone(canvas, name)
        return _above(canvas, name.height, _QUIET_GAP)
    return _above(canvas, _draw_bar(canvas), _QUIET_GAP) if mark else canvas


def _above(canvas: Canvas, height: int, gap: int) -> Canvas:
    return replace(canvas, box=replace(canvas.box, bottom=canvas.box.bottom - height - canvas.px(gap)))


def _name(canvas: Canvas, texts: Texts, width: int) -> Block | None:
    """Return the site's name in one line, None without one or without room for it."""
    if not texts.site_name.clusters or width < canvas.px(_APART):
        return None
    sizes = [canvas.px(size) for size in _NAME]
    return fit_cut(texts.site_name, width, canvas.px(_LOGO_HEIGHT), Style(_NAME_WEIGHT, sizes, few_lines=((0, 1),)))


def _draw_name_alone(canvas: Canvas, name: Block) -> None:
    """Draw the name at the lower edge of the box, behind a dot of the brand's colour."""
    dot, gap, top = canvas.px(_DOT), canvas.px(_DOT_GAP), canvas.box.bottom - name.height
    middle = top + name.ascent - round(0.36 * name.size)  # of its capitals
    _paste(canvas, rounded_mask((dot, dot), dot // 2), canvas.left(dot), middle - dot // 2)
    canvas.indented(dot + gap).draw_block(name, top, canvas.scheme.muted)


def _draw_name_by(canvas: Canvas, texts: Texts, sign: _Sign) -> None:
    """Draw the name beside a compact logo, or at the other end of the line of a long one."""
    used = sign.picture.width + canvas.px(_BESIDE if sign.is_compact else _APART)
    name = _name(canvas, texts, canvas.box.width - used)
    if name is None:
        return
    top = canvas.box.bottom - sign.picture.height // 2 - name.ascent + round(0.36 * name.size)
    if sign.is_compact:
        canvas.indented(used).draw_block(name, top, canvas.scheme.ink)
    else:
        canvas.indented(canvas.box.width - name.width).draw_block(name, top, canvas.scheme.muted)


def _draw_bar(canvas: Canvas) -> int:
    """Draw a short bar of the brand's colour; return its height in pixels."""
    width, height = (canvas.px(side) for side in _BAR)
    _paste(canvas, rounded_mask((width, height), height // 2), canvas.left(width), canvas.box.bottom - height)
    return height


def _paste(canvas: Canvas, mask: Image.Image, left: int, top: int) -> None:
    canvas.picture.paste(canvas.scheme.accent, (left, top), mask)


def _sign(canvas: Canvas, data: bytes | None) -> _Sign | None:
    """Return the logo fitted to the card: with round corners if it is opaque, on a plate if its ground swallows it."""
    logo = None if data is None else open_logo(data)
    if logo is None:
        return None
    compact = logo.width <= _COMPACT * logo.height
    logo = fit_logo(logo, canvas.px(_LOGO_WIDTH), canvas.px(_LOGO_HEIGHT), round(_LOGO_AREA * canvas.unit**2))
    if is_opaque(logo):
        logo = rounded(logo, min(canvas.px(_RADIUS), min(logo.size) // 4))
    elif not is_visible_on(logo, canvas.under(logo.size), canvas.logo_contrast):
        logo = _on_plate(logo, canvas.scheme.ink, canvas.px(_PLATE_PADDING), canvas.px(_RADIUS))
    return _Sign(logo, compact)


def _on_plate(logo: Image.Image, color: RGB, padding: int, radius: int) -> Image.Image:
    size = logo.width + 2 * padding, logo.height + 2 * padding
    plate = Image.new("RGBA", size, color)
    plate.alpha_composite(logo, (padding, padding))
    plate.putalpha(rounded_mask(size, radius))
    return plate
