"""Right-to-left text: the direction of a paragraph, embedding levels, and the order things are drawn in.

A short form of UAX 9 (https://www.unicode.org/reports/tr9/) without explicit embeddings and bracket
pairs. Needed because a line may change fonts, and raqm orders only what is set in one font.
"""

import unicodedata
from collections.abc import Sequence
from typing import Protocol, TypeVar

_STRONG = {"L": "L", "R": "R", "AL": "R"}


class Levelled(Protocol):
    @property
    def level(self) -> int: ...


_L = TypeVar("_L", bound=Levelled)


def is_rtl(text: str) -> bool:
    """Whether most letters run right to left.

    Not the first letter, as UAX 9 has it: Hebrew titles often start with a Latin product name.
    """
    classes = [unicodedata.bidirectional(c) for c in text]
    return sum(c in {"R", "AL"} for c in classes) > classes.count("L")


def levels(chars: Sequence[str], rtl: bool) -> list[int]:
    """The embedding level of each character: even runs left to right, odd right to left."""
    kinds = _neutrals(_numbers([unicodedata.bidirectional(c) for c in chars], rtl), rtl)
    if rtl:
        return [1 if kind == "R" else 2 for kind in kinds]
    return [{"L": 0, "R": 1}.get(kind, 2) for kind in kinds]


def visual_order(items: Sequence[_L]) -> list[_L]:
    """UAX 9, rule L2: from the highest level to the lowest odd one, turn each stretch around."""
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
    """Rules W2 to W7: every class becomes L, R, EN, AN or N."""
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


def _neutrals(kinds: list[str], rtl: bool) -> list[str]:
    """Rules N1 and N2: what stands between two of a direction takes it, else the paragraph's."""
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
