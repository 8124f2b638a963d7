"""Bidirectional text: the direction of a paragraph, embedding levels, and visual order.

A subset of UAX 9 (https://www.unicode.org/reports/tr9/) without explicit embeddings. Needed because a line may change
fonts, and raqm orders only text in one font.
"""

import unicodedata
from collections.abc import Sequence
from typing import Protocol, TypeVar

_STRONG = {"L": "L", "R": "R", "AL": "R"}
_LANGUAGES = {"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}  # ISO 639-1, written from the right
_CLOSING = dict(zip("([{⟨〈《「『【", ")]}⟩〉》」』】", strict=True))


class Levelled(Protocol):
    @property
    def level(self) -> int: ...


_L = TypeVar("_L", bound=Levelled)


def is_rtl(text: str, language: str = "") -> bool:
    """Return whether most letters run right to left; in a right-to-left language, whether any do.

    UAX 9 decides by the first letter, but Hebrew titles often start with a Latin product name.
    """
    classes = [unicodedata.bidirectional(c) for c in text]
    return sum(c in {"R", "AL"} for c in classes) > (0 if language in _LANGUAGES else classes.count("L"))


def levels(chars: Sequence[str], rtl: bool) -> list[int]:
    """Return the embedding level of each character: even runs left to right, odd right to left."""
    kinds = _numbers([unicodedata.bidirectional(c) for c in chars], rtl)
    kinds = _neutrals(_brackets(chars, kinds, rtl), rtl)
    if rtl:
        return [1 if kind == "R" else 2 for kind in kinds]
    return [{"L": 0, "R": 1}.get(kind, 2) for kind in kinds]


def visual_order(items: Sequence[_L]) -> list[_L]:
    """Return the items in visual order (UAX 9, rule L2): reverse each run, from the highest level to the lowest odd."""
    ordered = list(items)
    for level in range(max((i.level for i in items), default=0), 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end].level >= level:
                end += 1
            ordered[start:end] = reversed(ordered[start:end])
            start = end + 1
    return ordered


def _numbers(classes: list[str], rtl: bool) -> list[str]:
    """Apply rules W2 to W7: every class becomes L, R, EN, AN or N."""
    kinds = list(classes)
    for i in range(1, len(kinds) - 1):
        around = {kinds[i - 1], kinds[i + 1]}
        if kinds[i] in {"CS", "ES"} and around == {"EN"}:
            kinds[i] = "EN"
    for i, kind in enumerate(kinds):
        if kind == "ET" and "EN" in kinds[max(i - 1, 0) : i + 2]:
            kinds[i] = "EN"
    strong = "R" if rtl else "L"
    for i, kind in enumerate(kinds):
        if kind in _STRONG:
            strong = kind
            kinds[i] = _STRONG[kind]
        elif kind == "EN":
            kinds[i] = {"L": "L", "AL": "AN"}.get(strong, "EN")
        elif kind != "AN":
            kinds[i] = "N"
    return kinds


def _brackets(chars: Sequence[str], kinds: list[str], rtl: bool) -> list[str]:
    """Apply rule N0: a bracket pair takes the paragraph's direction, unless all text inside runs the other way."""
    base = "R" if rtl else "L"
    out = list(kinds)
    for start, end in _pairs(chars):
        inside = _directions(out[start + 1 : end])
        if inside:
            before = _directions(out[:start])
            out[start] = out[end] = base if base in inside else (before or [base])[-1]
    return out


def _pairs(chars: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of bracket pairs, in the order in which they open."""
    pairs: list[tuple[int, int]] = []
    waiting: list[int] = []
    for i, char in enumerate(chars):
        if char in _CLOSING:
            waiting.append(i)
            continue
        match = next((n for n in range(len(waiting) - 1, -1, -1) if _CLOSING[chars[waiting[n]]] == char), None)
        if match is not None:
            pairs.append((waiting[match], i))
            del waiting[match:]
    return sorted(pairs)


def _directions(kinds: Sequence[str]) -> list[str]:
    return ["L" if kind == "L" else "R" for kind in kinds if kind != "N"]


def _neutrals(kinds: list[str], rtl: bool) -> list[str]:
    """Apply rules N1 and N2: neutrals between two of one direction take it, others the paragraph's."""
    base = "R" if rtl else "L"
    out = list(kinds)
    before = base
    for i, kind in enumerate(kinds):
        if kind != "N":
            before = "L" if kind == "L" else "R"
            continue
        following = next((k for k in kinds[i:] if k != "N"), base)
        after = "L" if following == "L" else "R"
        out[i] = before if before == after else base
    return out
