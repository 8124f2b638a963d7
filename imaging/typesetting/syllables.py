"""Hyphenation by TeX's patterns for the language, from pyphen."""

import re
from functools import lru_cache

import pyphen

_WORD = re.compile(r"[^\W\d_]{6,}")
_LEFT, _RIGHT = 3, 3  # letters to keep together at either end of a broken word


def syllables(text: str, language: str) -> frozenset[int] | None:
    """Return the offsets in `text` at which a word may be hyphenated; None for a language without patterns."""
    patterns = _patterns(language)
    if patterns is None:
        return None
    words = ((word.start(), word[0]) for word in _WORD.finditer(text))
    return frozenset(start + int(at) for start, word in words for at in patterns.positions(word))


@lru_cache
def _patterns(language: str) -> pyphen.Pyphen | None:
    """Load the language's patterns on first use, as German's take most of a second."""
    known = pyphen.language_fallback(language) if language else None
    return pyphen.Pyphen(lang=known, left=_LEFT, right=_RIGHT) if known else None
