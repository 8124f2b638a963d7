"""Fitting text into a box: as large as possible, or cut with an ellipsis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imaging.typesetting.ink import Ink, draw_line
from imaging.typesetting.lines import Breaker, Span
from imaging.typesetting.paragraph import Paragraph

_DESCENDER = 0.24  # ems reserved below a baseline, so that the gap below "sun" is the same as below "joy"
_SIZE_LOSS = 1.5  # penalty for text that could be twice as large, comparable to those of breaks
_SMALLEST_SHARE = 0.75  # of the largest size that fits: no smaller for better breaks
_BAD_BREAK, _SMALLEST_SHARE_OF_BAD = 10.0, 0.55  # the same, to avoid breaking a word


@dataclass(frozen=True, slots=True)
class Style:
    """Limits for setting a text. Sizes in pixels, the largest first."""

    weight: int
    sizes: Sequence[int]
    leading: float = 1.0  # times the font's own
    few_lines: Sequence[tuple[int, int]] = ()  # (from this size on, at most so many lines)
    whole_from: int = 0  # words stay whole at all sizes from this one on, if any of those fits
    broken_from: int = 1 << 16  # the largest size for text with a broken word


@dataclass(frozen=True, slots=True)
class Block:
    """Drawn lines, and their distance from baseline to baseline (pixels)."""

    lines: tuple[Ink, ...]
    size: int
    pitch: int

    @property
    def ascent(self) -> int:
        """Pixels from the top of the ink to the first baseline."""
        return max(ink.ascent - i * self.pitch for i, ink in enumerate(self.lines))

    @property
    def height(self) -> int:
        """Pixels from the top of the ink to its bottom, or to the bottom of possible descenders."""
        depth = max(i * self.pitch + ink.descent for i, ink in enumerate(self.lines))
        last = (len(self.lines) - 1) * self.pitch
        return self.ascent + max(depth, last + round(_DESCENDER * self.size))

    @property
    def width(self) -> int:
        return max(ink.mask.width for ink in self.lines)


@dataclass(frozen=True, slots=True)
class _Try:
    block: Block
    penalty: float


def fit(paragraph: Paragraph, width: int, height: int, style: Style) -> Block | None:
    """Return the whole text, as large as fits the box (pixels) with good breaks; None if it does not fit."""
    breaker = Breaker(paragraph, style.weight)
    for broken in (False, True):
        tries = _tries(paragraph, breaker, (width, height), style, broken)
        first = next(tries, None)
        if first is None:
            continue
        best, best_cost = first.block, first.penalty
        for other in tries:
            share = other.block.size / first.block.size
            if share < (_SMALLEST_SHARE if best_cost < _BAD_BREAK else _SMALLEST_SHARE_OF_BAD) or not best_cost:
                break
            if (cost := other.penalty + _SIZE_LOSS * (1 - share)) < best_cost:
                best, best_cost = other.block, cost
        return best
    return None


def fit_cut(paragraph: Paragraph, width: int, height: int, style: Style) -> Block | None:
    """Return the text as `fit` does; if it does not fit, as much as fits at the smallest size, with an ellipsis.

    Bisects over the break opportunities; breaks inside a word only if not even the first word fits.
    """
    if whole := fit(paragraph, width, height, style):
        return whole
    smallest = replace(style, sizes=style.sizes[-1:])
    places = Breaker(paragraph, style.weight).places
    for inner in (False, True):
        ends = [p.at for p in places if p.inner <= inner][:-1]
        best, low, high = None, 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            block = fit(paragraph.cut(ends[middle]), width, height, smallest)
            best, low, high = (block, middle + 1, high) if block else (best, low, middle)
        if best:
            return best
    return None


def _tries(paragraph: Paragraph, breaker: Breaker, box: tuple[int, int], style: Style, broken: bool) -> Iterator[_Try]:
    """Yield the text at each size at which it fits the box, from the largest."""
    for size in style.sizes:
        if size > style.broken_from if broken else size < style.whole_from:
            continue
        spans = breaker.spans(box[0], size, broken=broken)
        if not spans or not _may_be(spans, size, style, broken):
            continue
        block = _set(paragraph, spans, size, style)
        if block and block.width <= box[0] and block.height <= box[1]:
            yield _Try(block, sum(span.penalty for span in spans))


def _may_be(spans: list[Span], size: int, style: Style, broken: bool) -> bool:
    if not broken and any(span.broken for span in spans):
        return False
    return all(size < from_size or len(spans) <= most for from_size, most in style.few_lines)


def _set(paragraph: Paragraph, spans: list[Span], size: int, style: Style) -> Block | None:
    pitch = round(size * style.leading * paragraph.leading)
    runs = [paragraph.runs(span.start, span.end, "-" if span.hyphen else "") for span in spans]
    drawn = (draw_line(line, style.weight, size, paragraph.language) for line in runs)
    lines = tuple(ink for ink in drawn if ink)
    return Block(lines, size, pitch) if lines else None
