"""Breaking a paragraph into lines of a given width."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from imaging.typesetting.breaks import Break, breaks
from imaging.typesetting.clusters import SOFT_HYPHEN
from imaging.typesetting.ink import advance
from imaging.typesetting.paragraph import Paragraph, Run
from imaging.typesetting.syllables import syllables

_REFERENCE = 100  # pixels: widths are measured once at this font size and scaled
_LINE_COST = 10.0  # more than any raggedness, so that the fewest lines win
_SYLLABLE, _NO_SYLLABLE = 1.0, 12.0  # a hyphen inside a syllable costs more than another line
_NEVER = (float("inf"), 0)


@dataclass(frozen=True, slots=True)
class Span:
    """A line as a range of a paragraph's characters."""

    start: int
    end: int
    hyphen: bool = False
    broken: bool = False  # ends inside a word
    penalty: float = 0.0  # of the break it ends with


class Breaker:
    """Breaks one paragraph at any size and width; measures each of its parts once."""

    def __init__(self, paragraph: Paragraph, weight: int) -> None:
        self._paragraph = paragraph
        self._weight = weight
        self.places = breaks(paragraph)
        edges = [0, *(place.at for place in self.places)]
        self._ends = [0.0, *accumulate(self._width(a, b) for a, b in pairwise(edges))]  # with the space after
        self._trims = [0.0, *(self._space_before(b) for b in edges[1:])]
        self._hyphen = self._measure(paragraph.runs(0, 0, "-"))

    def spans(self, width: float, size: int, *, broken: bool = True) -> list[Span] | None:
        """Return the fewest lines of at most `width` pixels, as even as possible; None if a character is too wide.

        Unless `broken`, words stay whole: None if one is too wide.

        A short form of Knuth and Plass: a line costs the square of the share that it leaves empty, the last line too,
        to avoid a single word on it.
        """
        room = width * _REFERENCE / size
        usable = self._usable(room, broken=broken)
        if usable is None:
            return None
        best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
        for k, end in enumerate(usable[1:], 1):
            for s in range(k - 1, -1, -1):
                cost = self._cost(usable[s], end, room)
                if cost is None:
                    break
                if s in best and best[s][0] + cost < best.get(k, _NEVER)[0]:
                    best[k] = (best[s][0] + cost, s)
        return self._trace(usable, best)

    def _usable(self, room: float, *, broken: bool) -> list[int] | None:
        """Return indexes into the places (0 is the start), without breaks inside words that fit on a line."""
        outer = [0, *(i for i, place in enumerate(self.places, 1) if not place.inner)]
        usable = [0]
        for a, b in pairwise(outer):
            fits = self._ends[b] - self._trims[b] - self._ends[a] <= room
            if not (fits or broken):
                return None
            usable += [b] if fits else range(a + 1, b + 1)
        return usable

    def _cost(self, start: int, end: int, room: float) -> float | None:
        """Return the cost of a line; None if it is wider than the room."""
        place = self.places[end - 1]
        used = self._ends[end] - self._trims[end] - self._ends[start] + (self._hyphen if place.hyphen else 0)
        return None if used > room else _LINE_COST + ((room - used) / room) ** 2 + self._penalty(place)

    def _penalty(self, place: Break) -> float:
        """Return the break's penalty; for hyphens, by the language's hyphenation patterns if there are any."""
        if not (place.hyphen and place.inner) or self._syllables is None:
            return place.penalty
        known = place.at in self._syllables or self._paragraph.clusters[place.at - 1].text == SOFT_HYPHEN
        return min(place.penalty, _SYLLABLE) if known else _NO_SYLLABLE

    @cached_property
    def _syllables(self) -> frozenset[int] | None:
        """The positions between clusters at which a word may be hyphenated; None without patterns."""
        texts = [c.text for c in self._paragraph.clusters]
        found = syllables("".join(texts), self._paragraph.written_in)
        offsets = accumulate((len(text) for text in texts), initial=0)
        return None if found is None else frozenset(i for i, offset in enumerate(offsets) if offset in found)

    def _trace(self, usable: list[int], best: dict[int, tuple[float, int]]) -> list[Span] | None:
        at, found = len(usable) - 1, []
        if at not in best:
            return None
        while at:
            before = best[at][1]
            found.append(self._span(usable[before], self.places[usable[at] - 1]))
            at = before
        return found[::-1]

    def _span(self, start: int, place: Break) -> Span:
        # Without the trailing space: after Latin words in a right-to-left line it would appear in the middle.
        end = place.at - 1 if self._ends_with_space(place.at) else place.at
        return Span(self.places[start - 1].at if start else 0, end, place.hyphen, place.inner, self._penalty(place))

    def _width(self, start: int, end: int) -> float:
        return self._measure(self._paragraph.runs(start, end))

    def _space_before(self, at: int) -> float:
        return self._width(at - 1, at) if self._ends_with_space(at) else 0.0

    def _ends_with_space(self, at: int) -> bool:
        return at > 0 and self._paragraph.clusters[at - 1].text == " "

    def _measure(self, runs: list[Run]) -> float:
        return sum(advance(run, self._weight, _REFERENCE, self._paragraph.language) for run in runs)
