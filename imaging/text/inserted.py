"""Pictures that were written into a Markdown text, each between two comments that name it.

    <!-- article-images:supporting-1 -->
    <picture>...</picture>
    <!-- /article-images -->

A blank line follows, which belongs to it. In MDX the comments are `{/* ... */}`. Articles are read without them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imaging.text.hidden import code_spans

_OPENING = r"(?:<!--|\{/\*)[ \t]*article-images:(?P<name>[a-z0-9][a-z0-9-]{0,60})[ \t]*(?:-->|\*/\})"
_CLOSING = r"(?:<!--|\{/\*)[ \t]*/article-images[ \t]*(?:-->|\*/\})"
_END = r"(?:\r\n|\r(?!\n)|\n)"
# The lines between have words: what has a blank line in it was written by somebody else.
_BLOCK = re.compile(
    rf"(?<![^\r\n]){_OPENING}[ \t]*{_END}(?P<inside>(?:(?![ \t]*[\r\n])[^\r\n]+{_END}){{1,40}}?){_CLOSING}"
    rf"(?:[ \t]*(?:{_END}(?:[ \t]*(?:{_END}|\Z))?|\Z))"
)
_ANY_OPENING = re.compile(rf"(?<![^\r\n]){_OPENING}")


@dataclass(frozen=True, slots=True)
class Inserted:
    """A picture in a text: its name, what stands between its comments, and the place of it all with its blank line."""

    name: str
    inside: str
    start: int
    end: int


def inserted_in(text: str) -> list[Inserted]:
    """Return the pictures that were written into a text, in order; samples in code are none."""
    found = [Inserted(one["name"], one["inside"], one.start(), one.end()) for one in _BLOCK.finditer(text)]
    return list(_outside_code(text, found)) if found else []


def has_broken(text: str) -> bool:
    """Return whether a comment that begins a picture is not followed by one that ends it."""
    whole = {one.start for one in inserted_in(text)}
    openings = [Inserted(one["name"], "", one.start(), one.end()) for one in _ANY_OPENING.finditer(text)]
    return any(one.start not in whole for one in _outside_code(text, openings))


def without_inserted(text: str) -> str:
    """Return the text as it was before pictures were written into it."""
    for one in reversed(inserted_in(text)):
        text = removed(text, one)
    return text


def removed(text: str, one: Inserted) -> str:
    """Return the text without one of the pictures in it."""
    start = one.start
    if one.end == len(text) and not text.endswith(("\n", "\r")):  # then the line end before it was written with it
        start -= 2 if text[:start].endswith("\r\n") else 1 if text[:start] else 0
    return text[:start] + text[one.end :]


def _outside_code(text: str, found: list[Inserted]) -> Iterator[Inserted]:
    code = code_spans(text)
    return (one for one in found if not any(start <= one.start < end for start, end in code))
