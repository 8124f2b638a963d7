"""Paragraphs: grapheme clusters, each with a font that has it and a writing direction."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from unicodedata import category, normalize

from imaging.typesetting import bidi
from imaging.typesetting.clusters import (
    ELLIPSIS,
    SOFT_HYPHEN,
    ZERO_WIDTH_SPACE,
    cjk_language,
    clean,
    clusters,
    is_ignorable,
    is_selector,
    script,
)
from imaging.typesetting.fonts import EMOJI, RARE, STACK, Face, covered
from imaging.typesetting.signs import DROPPED_BEFORE_ELLIPSIS

Stack = tuple[Face, ...]
"""Faces in order of preference."""

_INVISIBLE = {SOFT_HYPHEN, ZERO_WIDTH_SPACE}  # break opportunities: never drawn, so they need no glyph
_EMOJI_STYLE = "\ufe0f"
_NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A grapheme cluster (seen as one character), its font and embedding level."""

    text: str
    face: Face
    level: int


@dataclass(frozen=True, slots=True)
class Run:
    """Adjacent clusters in one font and direction, shaped together by raqm."""

    text: str
    face: Face
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text ready to be broken into lines. Characters that no font has are left out and listed in `undrawn`."""

    clusters: tuple[Cluster, ...]
    rtl: bool
    language: str | None  # regional glyph forms of Han characters, BCP 47; None without Han characters
    written_in: str = ""  # ISO 639-1, for direction and hyphenation; empty if unknown
    undrawn: tuple[str, ...] = ()
    stack: tuple[Face, ...] = STACK

    @property
    def lost(self) -> tuple[str, ...]:
        """The letters and digits that are left out; any character, if nothing is left of the text."""
        return tuple(c for c in self.undrawn if category(c[0])[0] in "LMN") if self.clusters else self.undrawn

    @property
    def rare_faces(self) -> tuple[str, ...]:
        """The names of the fonts for rare scripts that the text uses."""
        return tuple(face.name for face in RARE if any(c.face is face for c in self.clusters))

    @property
    def leading(self) -> float:
        """Line height in ems: the largest of the fonts used."""
        return max((c.face.leading for c in self.clusters), default=1.0)

    def runs(self, start: int, end: int, tail: str = "") -> list[Run]:
        """Return the runs of a line in logical order, followed by `tail`: a hyphen or an ellipsis."""
        return list(_runs((*self.clusters[start:end], *self._tail(end, tail))))

    def cut(self, end: int) -> "Paragraph":
        """Return the first `end` clusters and an ellipsis, without the comma or dash before it."""
        kept = self.clusters[:end]
        while kept and (kept[-1].text in _INVISIBLE or kept[-1].text in DROPPED_BEFORE_ELLIPSIS):
            kept = kept[:-1]
        return replace(self, clusters=(*kept, *self._tail(len(kept), ELLIPSIS)))

    def _tail(self, end: int, tail: str) -> tuple[Cluster, ...]:
        if not tail:
            return ()
        base = Cluster("", self.stack[0], 1 if self.rtl else 0)
        before = self.clusters[end - 1] if end else base
        face = next(f for f in (before.face, *self.stack) if covers(f, tail))
        # A hyphen belongs to its word, Latin in a Hebrew line too; an ellipsis to the whole text.
        return (Cluster(tail, face, base.level if tail == ELLIPSIS else before.level),)


@lru_cache(maxsize=64)
def paragraph(text: str, written_in: str = "", own: Face | None = None) -> Paragraph:
    """Return the cleaned text with a font and a direction for each cluster; `own`: a tenant's, which comes first."""
    text = clean(text)
    undrawn: list[str] = []
    stack = (own, *STACK) if own else STACK
    pairs = _tidy(list(_with_faces(clusters(text), stack, undrawn)))
    rtl = bidi.is_rtl(text, written_in)
    levels = bidi.levels([chars[0] for chars, _ in pairs], rtl)
    made = (Cluster(chars, face, level) for (chars, face), level in zip(pairs, levels, strict=True))
    return Paragraph(tuple(made), rtl, cjk_language(text), written_in, tuple(undrawn), stack)


def covers(face: Face, cluster: str) -> bool:
    return all(ord(c) in covered(face) or is_ignorable(c) for c in cluster)


def _with_faces(texts: list[str], stack: Stack, undrawn: list[str]) -> Iterator[tuple[str, Face]]:
    """Yield each cluster with its font; append those that no font has to `undrawn`."""
    faces = _faces_by_script(texts, stack)
    main = next(iter(faces.values()), stack[0])
    before = main
    for text in texts:
        wanted = faces.get(script(text)) or before
        if shown := _shown(text, (wanted, main), stack):
            yield shown
            # Symbols take the font of the letters before them (the + of C++); after a space, the main font.
            before = main if text == " " or shown[1] is EMOJI else shown[1]
        elif not is_ignorable(text[0]):
            undrawn.append(text)


def _faces_by_script(texts: list[str], stack: Stack) -> dict[str, Face]:
    """Return for each script of the text, the most frequent first, the font that has most of its letters.

    Chosen by script and not by letter, since a word in two fonts looks wrong.
    """
    scripts = Counter(found for text in texts if (found := script(text)))
    return {name: _best_face([t for t in texts if script(t) == name], stack) for name, _ in scripts.most_common()}


def _best_face(texts: list[str], stack: Stack) -> Face:
    """Return the first font that has all of them, else the one that has most.

    A tenant's own font need only have most of them: what it lacks is taken from another.
    """
    if stack[0].data and 2 * sum(covers(stack[0], text) for text in texts) > len(texts):
        return stack[0]
    whole = (face for face in stack if all(covers(face, t) for t in texts))
    return next(whole, None) or max(stack, key=lambda face: sum(covers(face, t) for t in texts))


def _shown(text: str, wanted: tuple[Face, ...], stack: Stack) -> tuple[str, Face] | None:
    """Return the cluster as it can be drawn, and its font; None to leave it out rather than to draw a tofu box."""
    if text in _INVISIBLE or text.isspace():
        return (_NO_BREAK_SPACE if text.isspace() and text != " " else text), wanted[0]
    faces = (EMOJI, *stack) if _EMOJI_STYLE in text else (*wanted, *stack)
    # NFKC turns mathematical bold and the like into plain letters. If no font has a letter's mark, draw the letter
    # without it.
    for form in (text, normalize("NFKC", text), text[0], normalize("NFKC", text[0])):
        drawn = "".join(c for c in form if not is_selector(c))
        found = next((face for face in faces if drawn and covers(face, drawn)), None)
        if found:
            return drawn, found
    return None


def _tidy(pairs: list[tuple[str, Face]]) -> list[tuple[str, Face]]:
    """Collapse the spaces around characters that were left out, and strip the ends."""
    kept: list[tuple[str, Face]] = []
    for pair in pairs:
        if pair[0] != " " or (kept and kept[-1][0] != " "):
            kept.append(pair)
    return kept[:-1] if kept and kept[-1][0] == " " else kept


def _runs(line: tuple[Cluster, ...]) -> Iterator[Run]:
    drawn = (c for c in line if c.text not in _INVISIBLE)
    # Each emoji is a run of its own: it is drawn as a picture.
    for (face, level, _), group in groupby(
        enumerate(drawn), key=lambda p: (p[1].face, p[1].level, p[1].face.color and p[0])
    ):
        yield Run("".join(c.text for _, c in group), face, level)
