"""Layout of title and excerpt in a box: their sizes and positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from imaging.cards.canvas import Box, Canvas
from imaging.cards.card import Card
from imaging.typesetting.fonts import EXCERPT_WEIGHT, TITLE_WEIGHT
from imaging.typesetting.own_font import own_face
from imaging.typesetting.paragraph import Paragraph, paragraph
from imaging.typesetting.text import Block, Style, fit, fit_cut

_LONGEST = 600  # characters that are used: more than any card has room for
_COMFORTABLE = 0.46  # of the largest title size: a smaller title takes the excerpt's room


@dataclass(frozen=True, slots=True)
class Typography:
    """A template's type sizes and limits, in pixels on a card of 1200x630.

    A feed shows a card about 500 pixels wide: a title of 40 appears as 17, an excerpt of 32 as 13.
    `few_lines`: (from this size on, at most so many lines).
    """

    title: Sequence[int] = (120, 112, 104, 96, 88, 80, 74, 68, 62, 57, 52, 48, 44, 40)
    few_lines: Sequence[tuple[int, int]] = ((108, 2), (80, 3), (62, 4))
    whole_from: int = 57  # words stay whole at sizes down to this one, if they fit at any of these
    broken_from: int = 74  # the largest size for a title with a broken word
    excerpt: Sequence[int] = (36, 32)
    excerpt_lines: int = 3
    gap: int = 26
    stands: Literal["middle", "bottom"] = "middle"


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a card as paragraphs."""

    title: Paragraph
    excerpt: Paragraph
    site_name: Paragraph

    @classmethod
    def of(cls, card: Card) -> "Texts":
        own = own_face(card.font) if card.font else None
        texts = (card.title, card.excerpt, card.site_name)
        return cls(*(paragraph(text[:_LONGEST], card.language, own) for text in texts))

    @property
    def rtl(self) -> bool:
        return self.title.rtl


@dataclass(frozen=True, slots=True)
class Placed:
    """A block of text and the top of its ink, in pixels."""

    block: Block
    top: int
    muted: bool


def place(canvas: Canvas, texts: Texts, typography: Typography) -> list[Placed]:
    """Return the title, and the excerpt if there is room, placed as one group in the box; empty without any text."""
    box, gap = canvas.box, canvas.px(typography.gap)
    head = _fit_title(canvas, texts, typography)
    room = box.height - (head.height + gap if head else 0)
    body = _fit_excerpt(canvas, texts.excerpt, room, typography)
    blocks = [(block, muted) for block, muted in ((head, False), (body, True)) if block]
    height = sum(block.height for block, _ in blocks) + gap * (len(blocks) - 1)
    top = box.bottom - height if typography.stands == "bottom" else box.top + (box.height - height) // 2
    placed = []
    for block, muted in blocks:
        placed.append(Placed(block, top, muted))
        top += block.height + gap
    return placed


def draw(canvas: Canvas, placed: Sequence[Placed]) -> None:
    """Draw the placed blocks in the scheme's inks."""
    for text in placed:
        canvas.draw_block(text.block, text.top, canvas.scheme.muted if text.muted else canvas.scheme.ink)


def around(canvas: Canvas, placed: Sequence[Placed]) -> list[Box]:
    """Return the boxes that the placed blocks cover."""
    return [canvas.block_box(text.block, text.top) for text in placed]


def _fit_title(canvas: Canvas, texts: Texts, typography: Typography) -> Block | None:
    """Return the title as large as fits with the whole excerpt, with one line of it, or alone; else cut."""
    if not texts.title.clusters:  # no font has any of its characters
        return None
    box, style = canvas.box, _title_style(canvas, typography)
    if wanted := _fit_excerpt(canvas, texts.excerpt, box.height // 2, typography):
        for body in (wanted.height, wanted.pitch):
            head = fit(texts.title, box.width, box.height - body - canvas.px(typography.gap), style)
            if head and head.size >= style.sizes[0] * _COMFORTABLE:
                return head
    return fit_cut(texts.title, box.width, box.height, style)


def _fit_excerpt(canvas: Canvas, excerpt: Paragraph, height: int, typography: Typography) -> Block | None:
    if not excerpt.clusters:
        return None
    sizes = [canvas.px(size) for size in typography.excerpt]
    style = Style(EXCERPT_WEIGHT, sizes, leading=1.22, few_lines=((0, typography.excerpt_lines),))
    return fit_cut(excerpt, canvas.box.width, height, style)


def _title_style(canvas: Canvas, typography: Typography) -> Style:
    return Style(
        TITLE_WEIGHT,
        [canvas.px(size) for size in typography.title],
        few_lines=[(canvas.px(size), most) for size, most in typography.few_lines],
        whole_from=canvas.px(typography.whole_from),
        broken_from=canvas.px(typography.broken_from),
    )
