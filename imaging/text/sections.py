"""Sections and aspects to illustrate, from an article's Markdown body."""

import re
from collections.abc import Callable, Iterator, Sequence

from imaging.text.framing_headings import is_frame
from imaging.text.reading import Block, blocks
from imaging.text.teaser import teaser

# Aspects that suit any article, for a body with too few headings and sentences.
GENERIC_ASPECTS = ("everyday life", "close-up detail", "people and context", "wide overview")
MAX_LABEL = 60  # characters of an aspect that an alternative text shows
_MAX_ASPECT = 200  # characters
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？؟])\s*")


def sections(body: str) -> list[str]:
    """Return the texts of the headings that are the body's sections, in order.

    These are its H2. Without any, several H1 are (Notion, Google Docs), or else several H3 (Medium). Headings in code,
    quotations and lists do not count.
    """
    return _sections(_headings(blocks(body)))


def supporting_count(body: str) -> int:
    """Return how many supporting pictures a body gets, by its number of sections: 0, 1 or 2."""
    count = len(sections(body))
    return 2 if count >= 6 else 1 if count >= 4 else 0


def aspects(body: str, count: int, has_picture: Callable[[str], bool] = lambda _: False) -> list[str]:
    """Return `count` different aspects to illustrate: sections, then H3, first sentences, generic ones.

    An introduction, a table of contents and the like come after headings with a subject, unless `has_picture`: a
    picture already paid for is kept. Two aspects that are equal once they are cut to a label count as one.
    """
    read = blocks(body)
    headings = _headings(read)
    found: dict[str, str] = {}
    chapters = [*_sections(headings), *(text for level, text in headings if level == 3)]
    for text in (
        *(text for text in chapters if not is_frame(text) or has_picture(text)),
        *chapters,
        *_first_sentences(read),
        *GENERIC_ASPECTS,
    ):
        found.setdefault(cut(text, MAX_LABEL).casefold(), text)
    return list(found.values())[:count]


def outline(body: str) -> str | None:
    """Return the body's headings alone; None if they would lead to another plan than the body."""
    lines = [f"{'#' * level} {heading}" for level, heading in _headings(blocks(body)) if level <= 3]
    short = "\n\n".join(lines)
    count = supporting_count(body)
    same = supporting_count(short) == count and aspects(short, count) == aspects(body, count)
    return short if same else None


def cut(text: str, length: int) -> str:
    """Return `text` with at most `length` characters, cut at a word and marked with an ellipsis where it is cut."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    words = head.rpartition(" ")[0]
    # A script without spaces, or one very long word, is cut within the word.
    return (words if len(words) > length // 2 else head).rstrip(" ,;:-–") + "…"


def _headings(read: Sequence[Block]) -> list[tuple[int, str]]:
    return [(block.level, block.text[:_MAX_ASPECT]) for block in read if block.level and not block.inset]


def _sections(headings: list[tuple[int, str]]) -> list[str]:
    """Return the headings of the level that divides the article: a single H1 is its title, a single H3 no division."""
    by_level = {level: [text for one, text in headings if one == level] for level in (2, 1, 3)}
    return by_level[2] or next((texts for texts in by_level.values() if len(texts) > 1), [])


def _first_sentences(read: Sequence[Block]) -> Iterator[str]:
    for block in read:
        if not block.level and teaser(block.text):  # else it is only a note on where the article appeared first
            yield _SENTENCE_END.split(block.text[:_MAX_ASPECT], maxsplit=1)[0]
