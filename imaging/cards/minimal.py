"""The minimal template: calm paper, one band of the brand's colour, large type, the logo below.

Text stands at the side it is read from, the band beside it: left for most scripts, right for Arabic
and Hebrew.
"""

from PIL import Image

from imaging.cards.canvas import Box, Canvas, unit
from imaging.cards.card import Card
from imaging.cards.contrast import scheme_for
from imaging.cards.fonts import EXCERPT_WEIGHT, TITLE_WEIGHT
from imaging.cards.logo import open_logo
from imaging.cards.paragraph import Paragraph, paragraph
from imaging.cards.text import Block, Style, fit, fit_cut

# Pixels on a card of 1200x630. A feed shows it about 500 wide: the smallest title is 17 there, the
# smallest excerpt 13.
_TITLE = (120, 112, 104, 96, 88, 80, 74, 68, 62, 57, 52, 48, 44, 40)
_EXCERPT = (36, 32)
_EXCERPT_LINES = 3
_MARGIN, _BAND, _GAP, _LOGO_GAP = 80, 20, 26, 44
_LONGEST = 600  # characters looked at: more than any card has room for
_COMFORTABLE = 52  # a title smaller than this takes the excerpt's room


def draw(card: Card) -> Image.Image:
    """The card as an RGB picture."""
    title, excerpt = paragraph(card.title[:_LONGEST]), paragraph(card.excerpt[:_LONGEST])
    canvas = _canvas(card, title.rtl)
    if card.logo is not None and (logo := open_logo(card.logo)):
        _draw_text(canvas.above(canvas.draw_logo(logo) - canvas.px(_LOGO_GAP)), title, excerpt)
    else:
        _draw_text(canvas, title, excerpt)
    return canvas.picture


def _canvas(card: Card, rtl: bool) -> Canvas:
    """Paper with the band; the box is what the margins leave."""
    width, height = card.size
    scheme = scheme_for(card.color)
    margin, band = round(_MARGIN * unit(card.size)), round(_BAND * unit(card.size))
    picture = Image.new("RGB", card.size, scheme.paper)
    picture.paste(scheme.accent, (width - band, 0, width, height) if rtl else (0, 0, band, height))
    left, right = (0, band) if rtl else (band, 0)
    return Canvas(picture, scheme, Box(margin + left, margin, width - margin - right, height - margin), rtl)


def _draw_text(canvas: Canvas, title: Paragraph, excerpt: Paragraph) -> None:
    """The title, and the excerpt when there is room; as one block in the middle of the box's height."""
    box, gap = canvas.box, canvas.px(_GAP)
    head = _fit_title(canvas, title, excerpt)
    room = box.height - (head.height + gap if head else 0)
    body = fit_cut(excerpt, box.width, room, _excerpt_style(canvas)) if excerpt.clusters else None
    blocks = [(block, color) for block, color in ((head, canvas.scheme.ink), (body, canvas.scheme.muted)) if block]
    height = sum(block.height for block, _ in blocks) + gap * (len(blocks) - 1)
    top = box.top + (box.height - height) // 2
    for block, color in blocks:
        canvas.draw_block(block, top, color)
        top += block.height + gap


def _fit_title(canvas: Canvas, title: Paragraph, excerpt: Paragraph) -> Block | None:
    """The title, as large as it may be beside the whole excerpt, a line of it, or alone; else cut."""
    if not title.clusters:  # nothing in it that a font has
        return None
    box, style = canvas.box, _title_style(canvas)
    wanted = fit_cut(excerpt, box.width, box.height // 2, _excerpt_style(canvas)) if excerpt.clusters else None
    if wanted:
        for body in (wanted.height, wanted.pitch):
            head = fit(title, box.width, box.height - body - canvas.px(_GAP), style)
            if head and head.size >= canvas.px(_COMFORTABLE):
                return head
    return fit_cut(title, box.width, box.height, style)


def _title_style(canvas: Canvas) -> Style:
    return Style(
        TITLE_WEIGHT,
        [canvas.px(size) for size in _TITLE],
        few_lines=((canvas.px(108), 2), (canvas.px(80), 3), (canvas.px(62), 4)),
        whole_from=canvas.px(57),
        broken_from=canvas.px(74),
    )


def _excerpt_style(canvas: Canvas) -> Style:
    return Style(EXCERPT_WEIGHT, [canvas.px(size) for size in _EXCERPT], leading=1.22, few_lines=((0, _EXCERPT_LINES),))
