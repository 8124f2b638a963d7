"""Finds the language that a text is written in, by py3langid: a model of 4 MB in Python and numpy, without chance."""

from collections import Counter
from functools import cache, lru_cache
from threading import Lock

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from imaging.text.reading import blocks

_LEAST = 0.7  # probability below which a text is too short to tell: `Kubernetes 1.30`, `Tomatoes in December?`
_AGREEING = 0.6  # share of a text's parts that must have its language; less is a mixed text
_PART, _MOST_PARTS = 400, 12  # characters of a part; parts that are looked at


@lru_cache(maxsize=64)  # asked for several times in a run
def language_of(title: str, excerpt: str, body: str) -> str | None:
    """Return the ISO 639-1 code of the language of an article's words; None where they are too few, or mixed.

    `body`: Markdown; code and markup are not looked at.
    """
    words = " ".join([title, excerpt, *(block.text for block in blocks(body))])[: _PART * _MOST_PARTS]
    if not any(sign.isalpha() for sign in words):
        return None
    language, probability = _identifier().classify(words)
    parts = [words[start : start + _PART] for start in range(0, len(words), _PART)]
    found = Counter(_identifier().classify(part)[0] for part in parts if len(part) > _PART // 2 or len(parts) == 1)
    agreeing = found[language] / max(1, found.total())
    return str(language) if probability >= _LEAST and agreeing >= _AGREEING else None


def load_languages() -> None:
    """Load the model, which takes a second: call it in another thread where a language will be asked for."""
    _identifier()


def _identifier() -> LanguageIdentifier:
    with _LOADING:
        return _loaded()


_LOADING = Lock()


@cache
def _loaded() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])  # ISO 639-1
    return identifier
