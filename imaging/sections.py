"""What an article's body says about itself: sections and aspects, read from its Markdown."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

# When the body has too few headings and sentences: what any article can be illustrated with.
GENERIC_ASPECTS = ("everyday life", "close-up detail", "people and context", "wide overview")
MAX_LABEL = 60  # characters of an aspect that an alternative text shows
_MAX_ASPECT = 200  # characters
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？؟])\s*")


def sections(body: str) -> list[str]:
    """Return the texts of the body's H2 headings, in order; headings inside code do not count."""
    return [text for level, text in _headings(_tokens(body)) if level == 2]


def supporting_count(body: str) -> int:
    """Return how many supporting pictures a body of this length gets: by its H2 sections, 0, 1 or 2."""
    count = len(sections(body))
    return 2 if count >= 6 else 1 if count >= 4 else 0


def aspects(body: str, count: int) -> list[str]:
    """Return `count` different aspects to illustrate: H2 headings, then H3, first sentences, generic ones.

    Different to readers too: two that read the same once they are cut to a label count as one.
    """
    tokens = _tokens(body)
    headings = list(_headings(tokens))
    found: dict[str, str] = {}
    for text in (
        *(text for level, text in headings if level == 2),
        *(text for level, text in headings if level == 3),
        *_first_sentences(tokens),
        *GENERIC_ASPECTS,
    ):
        found.setdefault(cut(text, MAX_LABEL).casefold(), text)
    return list(found.values())[:count]


def outline(body: str) -> str | None:
    """Return the body's H2 and H3 headings alone; None where other pictures would be planned from them."""
    lines = [f"{'#' * level} {heading}" for level, heading in _headings(_tokens(body)) if level in {2, 3}]
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
    # A script without spaces, or one very long word, is cut where it stands.
    return (words if len(words) > length // 2 else head).rstrip(" ,;:-–") + "…"


def _tokens(body: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(body)


def _headings(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    for token, inline in pairwise(tokens):
        # Level 0: a heading inside a quotation or a list is not a section of the article.
        if token.type == "heading_open" and token.level == 0 and (text := _text(inline.children or ())):
            yield int(token.tag[1:]), text


def _first_sentences(tokens: list[Token]) -> Iterator[str]:
    for token, inline in pairwise(tokens):
        if token.type == "paragraph_open" and (text := _text(inline.children or ())):
            yield _SENTENCE_END.split(text, maxsplit=1)[0][:_MAX_ASPECT]


def _text(children: Iterable[Token]) -> str:
    """Plain text of inline tokens: no markup, no raw HTML, white space folded."""
    parts = (
        child.content if child.type in {"text", "code_inline"} else " " if "break" in child.type else ""
        for child in children
    )
    return " ".join("".join(parts).split())[:_MAX_ASPECT]
