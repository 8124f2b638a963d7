"""Where words may be hyphenated: by the language's own patterns, TeX's as pyphen has them."""

import re
from functools import lru_cache

import pyphen

_WORD = re.compile(r"[^\W\d_]{6,}")
_LEFT, _RIGHT = 3, 3  # letters that stay together at either end of a broken word


def syllables(text: str, language: str) -> frozenset[int] | None:
    """The offsets in `text` at which a word may be broken with a hyphen; None for a language without patterns."""
    patterns = _patterns(language)
    if patterns is None:
        return None
    words = ((word.start(), word[0]) for word in _WORD.finditer(text))
    return frozenset(start + int(at) for start, word in words for at in patterns.positions(word))


@lru_cache
def _patterns(language: str) -> pyphen.Pyphen | None:
    """German's take most of a second: they are read for the first word that is too wide, and not before."""
    known = pyphen.language_fallback(language) if language else None
    return pyphen.Pyphen(lang=known, left=_LEFT, right=_RIGHT) if known else None
