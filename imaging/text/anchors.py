"""Headings of a body with their anchors, as GitHub and most site generators make them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from imaging.text.hidden import lines_of_visible
from imaging.text.reading import blocks

# https://github.com/Flet/github-slugger, script/generate-regex.js: letters, marks, digits and connectors stay.
_KEPT = ("L", "M", "Nd", "Nl", "Pc")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a body. `end`: the number of the line behind it in the visible body, from 0."""

    text: str
    anchor: str
    inset: bool
    end: int


def headings_of(body: str) -> list[Heading]:
    """Return all headings of a Markdown body in order, each with its own id or else the anchor made from its text."""
    slugger = _Slugger()
    return [
        Heading(block.text, block.own_id or slugger.anchor(block.text), block.inset, block.end)
        for block in blocks(body)
        if block.level
    ]


def lines_behind_headings(body: str) -> dict[str, int]:
    """Return for each anchor the number of the line behind its heading in the body, from 0."""
    numbers = lines_of_visible(body)
    return {heading.anchor: numbers[heading.end - 1] + 1 for heading in headings_of(body) if heading.end > 0}


def section_of(body: str, aspect: str) -> tuple[str, str] | None:
    """Return text and anchor of the heading that an aspect comes from; None if it comes from no heading."""
    for heading in headings_of(body):
        if not heading.inset and heading.text.startswith(aspect):
            return heading.text, heading.anchor
    return None


class _Slugger:
    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def anchor(self, text: str) -> str:
        """Return the anchor of a heading; a repeated one gets `-1`, `-2`, as github-slugger numbers them."""
        plain = anchor = "".join(_signs(text.lower()))
        while anchor in self._seen:
            self._seen[plain] += 1
            anchor = f"{plain}-{self._seen[plain]}"
        self._seen[anchor] = 0
        return anchor


def _signs(text: str) -> Iterator[str]:
    for sign in text:
        if sign in " -":
            yield "-"
        elif unicodedata.category(sign).startswith(_KEPT):
            yield sign
