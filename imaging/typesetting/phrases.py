"""Word boundaries in scripts without spaces: Japanese and Chinese phrases and Thai words, by BudouX's models."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, groupby

import budoux

from imaging.typesetting.clusters import script

_LOADERS: Mapping[str, Callable[[], budoux.Parser]] = {
    "ja": budoux.load_default_japanese_parser,
    "zh-Hans": budoux.load_default_simplified_chinese_parser,
    "zh-Hant": budoux.load_default_traditional_chinese_parser,
    "th": budoux.load_default_thai_parser,
}


def phrase_starts(texts: Sequence[str], cjk_language: str | None) -> frozenset[int]:
    """Return the indexes of the clusters that begin a phrase, within text in a script without spaces.

    `cjk_language`: the language of the Han characters, BCP 47.
    """
    found: set[int] = set()
    for model, group in groupby(range(len(texts)), key=lambda i: _model(texts[i], cjk_language)):
        places = list(group)
        if model:
            found |= _starts([texts[i] for i in places], places[0], model)
    return frozenset(found)


def _model(text: str, cjk_language: str | None) -> str | None:
    if text == " ":
        return None
    if script(text) == "THAI":
        return "th"
    return cjk_language if cjk_language in _LOADERS else None


def _starts(texts: Sequence[str], first: int, model: str) -> set[int]:
    offsets = {offset: first + i for i, offset in enumerate(accumulate((len(t) for t in texts), initial=0))}
    ends = accumulate(len(phrase) for phrase in _parser(model).parse("".join(texts)))
    return {offsets[end] for end in ends if end in offsets}


@lru_cache
def _parser(model: str) -> budoux.Parser:
    return _LOADERS[model]()
