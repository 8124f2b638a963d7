"""Line-break opportunities and their penalties."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import groupby
from unicodedata import category, normalize

from imaging.typesetting.clusters import SOFT_HYPHEN, ZERO_WIDTH_SPACE, script
from imaging.typesetting.paragraph import Paragraph
from imaging.typesetting.phrases import phrase_starts
from imaging.typesetting.signs import (
    CHINESE_PARTICLES,
    COMPOUND_JOINTS,
    COMPOUND_STARTERS,
    DASHES,
    DIGRAPHS,
    ENDINGS,
    LEADING_VOWELS,
    NO_SPACES,
    NOT_FIRST,
    NOT_LAST,
    SEPARATORS,
    SYLLABLE_ENDS,
    URL_JOINTS,
    VOWELS,
)

_IN_WORD = 11.0  # above the cost of a line (10): rather a line more than a break within a word
_SYLLABLE = 3  # letters to keep together at either end of a broken word


@dataclass(frozen=True, slots=True)
class Break:
    """A line-break opportunity before character `at`."""

    at: int
    penalty: float = 0.0  # 0 is free; another line of text costs 10 (see lines.py)
    hyphen: bool = False
    inner: bool = False  # inside a word: only for a word that is wider than its box


def breaks(paragraph: Paragraph) -> list[Break]:
    """Return all line-break opportunities in order; the last is the end of the text."""
    texts = [c.text for c in paragraph.clusters]
    phrases = phrase_starts(texts, paragraph.language)
    found: list[Break] = []
    for spaced, group in groupby(range(len(texts)), key=lambda i: texts[i] == " "):
        places = list(group)
        start, end = places[0], places[-1] + 1
        if spaced:
            found += _after_space(texts, end)
        else:
            found += _in_word(texts, start, end, phrases)
    return [*found, Break(len(texts))]


def _after_space(texts: list[str], at: int) -> list[Break]:
    before, after = texts[at - 2], texts[at]
    if after in NOT_FIRST or before in NOT_LAST:  # French puts a space before ? and inside « »
        return []
    # One-letter words belong to the word after them, dashes to the word before.
    sign = after in SEPARATORS and texts[at + 1 : at + 2] in ([" "], [])
    return [Break(at, penalty=0.3 if sign or _looks_forward(texts, at - 1) else 0.0 if before in ENDINGS else 0.05)]


def _looks_forward(texts: list[str], end: int) -> bool:
    """Return whether the word before `end` is one letter, or a short one that opens a quotation: « La nuit »."""
    start = next((i + 1 for i in range(end - 1, -1, -1) if texts[i] == " "), 0)
    opens = start > 1 and texts[start - 2] in NOT_LAST
    return bool(script(texts[end - 1])) and end - start <= (3 if opens else 1)


def _in_word(texts: list[str], start: int, end: int, phrases: Container[int]) -> Iterator[Break]:
    inner = _inner_breaks(texts, start, end)
    for at in range(start + 1, end):
        penalty = _between(texts, at, end, phrases)
        if penalty is not None:
            yield Break(at, penalty)
        elif at in inner:
            yield inner[at]


def _between(texts: list[str], at: int, end: int, phrases: Container[int]) -> float | None:
    """Return the penalty of a break without a space; None if there is no opportunity."""
    before, after = texts[at - 1], texts[at]
    if after[0] in NOT_FIRST or before in NOT_LAST:
        return None
    if before == ZERO_WIDTH_SPACE:
        return 0.0
    if before in SYLLABLE_ENDS:
        return 0.1
    if before in DASHES and end - at >= _SYLLABLE and script(after):
        return 0.3
    if script(before) in NO_SPACES and script(after) in NO_SPACES:
        return 0.1 if at in phrases else _inside_word(texts, at)
    return _between_cjk(before, after, starts_phrase=at in phrases)


def _inside_word(texts: list[str], at: int) -> float:
    """Return the penalty of a break in a script without spaces: high inside a Thai word, low at a likely syllable."""
    if script(texts[at]) == "THAI":
        return _IN_WORD
    return 0.2 if texts[at][0] in LEADING_VOWELS else 3.0 if len(texts[at]) > 1 else 4.0


def _between_cjk(before: str, after: str, *, starts_phrase: bool) -> float | None:
    kinds = _cjk_kind(before), _cjk_kind(after)
    if not any(kinds) or "hangul" in kinds:  # Korean breaks at its spaces
        return None
    if before in ENDINGS:
        return 0.0
    if starts_phrase and after not in CHINESE_PARTICLES:
        return 0.05 if kinds != ("han", "han") or before in CHINESE_PARTICLES else 0.15
    return _IN_WORD


def _cjk_kind(text: str) -> str:
    char = text[0]
    if "\u3040" <= char <= "\u309f":
        return "hiragana"
    if "\u30a0" <= char <= "\u30ff":
        return "kana"
    if "\uac00" <= char <= "\ud7a3":
        return "hangul"
    if "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uff60":
        return "sign"
    return "han" if script(text) == "CJK" else ""


def _inner_breaks(texts: list[str], start: int, end: int) -> dict[int, Break]:
    """Return a break for every position inside a word, cheaper at soft hyphens, URL delimiters and syllables."""
    return {at: _inner_break(texts, start, at, end) for at in range(start + 1, end)}


def _inner_break(texts: list[str], start: int, at: int, end: int) -> Break:
    before = texts[at - 1]
    if before == SOFT_HYPHEN:
        return Break(at, 0.3, hyphen=True, inner=True)
    if not (_is_cased(before) and _is_cased(texts[at])):
        return Break(at, 0.5 if before in URL_JOINTS else 12.0, inner=True)
    penalty = _hyphenation("".join(texts[max(start, at - 12) : at]), "".join(texts[at : min(end, at + 12)]))
    return Break(at, penalty, hyphen=True, inner=True)


def _is_cased(text: str) -> bool:
    """Return whether this is a letter of a script with hyphenation: Latin, Greek, Cyrillic, Armenian."""
    return category(text[0])[0] == "L" and text.lower() != text.upper()


def _hyphenation(head: str, tail: str) -> float:
    """Return the penalty of a hyphen between two parts of a word: low at a compound's joint, then at a syllable.

    Heuristics for European languages instead of a dictionary for each; used only for words wider than the card.
    """
    head, tail = _plain(head), _plain(tail)
    if not re.search(rf"\w{{{_SYLLABLE}}}$", head) or not re.match(rf"\w{{{_SYLLABLE}}}", tail):
        return 12.0
    if head.endswith(COMPOUND_JOINTS) or tail.startswith(COMPOUND_STARTERS):
        return 0.3
    if any(head.endswith(d[:n]) and tail.startswith(d[n:]) for d in DIGRAPHS for n in range(1, len(d))):
        return 12.0  # c-h, s-ch
    if re.search(r"[^aeiou]s$", head):
        return 0.6  # the linking s of German compounds: Arbeits-
    onset = next((d for d in DIGRAPHS if tail.startswith(d)), tail[0])
    following = tail[len(onset) : len(onset) + 1]
    starts = onset[0] not in VOWELS and following in VOWELS and any(c in VOWELS for c in head)
    return 1.0 if starts else 12.0


def _plain(text: str) -> str:
    """Return the text in lower case without accents."""
    return "".join(c for c in normalize("NFD", text.lower()) if category(c) != "Mn")
