"""Headings and paragraphs of an article body as plain text, from Markdown and the HTML within it."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from markdown_it.token import Token

from imaging.text.dialects import bodies
from imaging.text.plain import NOT_WORDS
from imaging.text.shortcodes import closed_names, without_shortcodes

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# A heading inside these is not a section of the article.
_INSETS = {"blockquote", "ul", "ol", "dl", "aside", "footer"}
_ADMONITIONS = {"admonition_open", "admonition_close"}
_OWN_ID = re.compile(r"\{:?[^{}\n]{0,200}?#([\w:.-]{1,200})[^{}\n]{0,200}\}\s*$")
_NOT_READ = {*NOT_WORDS, "button", "math", "nav", "pre"}
_UNSEEN = {"sr-only", "visually-hidden", "screen-reader-text", "mw-editsection"}  # screen reader text, edit links
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(frozen=True, slots=True)
class Block:
    """A heading of `level` 1 to 6, or a paragraph (0), as plain text. `inset`: within a quotation or a list.

    `own_id`: the anchor that a heading gives itself. `end`: the number of the line behind it, in the visible body.
    """

    level: int
    text: str
    inset: bool
    own_id: str = ""
    end: int = 0


@lru_cache(maxsize=4)  # called several times for an article: to count sections, to find aspects, to show headings
def blocks(body: str) -> tuple[Block, ...]:
    """Return the headings and paragraphs of a Markdown body that have words, in order."""
    reader = _Reader(closed_names(body))
    for token in bodies().parse(body):
        if token.type in _ADMONITIONS:
            token.tag = "aside"
        reader.end = max(reader.end, token.map[1] if token.map else 0)
        if token.type == "inline":
            reader.find_id(token.content)
            reader.read_inline(token.children or ())
        elif token.type == "html_block":
            reader.read_html(token.content)
        elif token.type.startswith(("footnote_", "admonition_title_")):
            reader.hide(token.nesting)
        elif token.tag and token.nesting:
            reader.read_tag(token)
    reader.end_block()
    return tuple(reader.blocks)


def is_no_reading(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Return whether an HTML element is not read by readers of the page."""
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return (
        tag in _NOT_READ
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or "display:none" in style
        or not _UNSEEN.isdisjoint((attributes.get("class") or "").split())
    )


def is_anchor(href: str | None, text: str, *, raised: bool) -> bool:
    """Return whether a link is a heading's link to itself (#, ¶), or (`raised`) the number of a footnote."""
    return "#" in (href or "") and not any(sign.isalpha() or (sign.isdigit() and not raised) for sign in text)


class _Reader(HTMLParser):
    """Collects the tags and text of a body into blocks."""

    def __init__(self, closed: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._closed = closed  # names of shortcodes
        self._in_html = False
        self._codes = 0  # how many <code> are open
        self.blocks: list[Block] = []
        self.end = 0  # the line behind what is being read
        self._words: list[str] = []
        self._level: int | None = None  # None: in no block
        self._own_id = ""
        self._insets = 0
        self._hidden: list[str] = []  # the tag that hides its content, once for each open tag of its name
        self._notes = 0
        self._links: list[tuple[str | None, int]] = []  # each link's href, and the number of words before it
        self._raised = 0  # how many <sup> are open

    def read_inline(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.type in {"text", "code_inline"}:
                self.handle_data(token.content)
            elif token.type in {"softbreak", "hardbreak"}:
                self.handle_data(" ")
            elif token.type == "html_inline":
                self.read_html(token.content)
            elif token.type in {"link_open", "link_close"}:
                self.read_tag(token)

    def read_tag(self, token: Token) -> None:
        """Handle a Markdown token as the HTML tag that it renders to."""
        if token.nesting > 0:
            self.handle_starttag(token.tag, [(name, str(value)) for name, value in token.attrs.items()])
        else:
            self.handle_endtag(token.tag)

    def read_html(self, html: str) -> None:
        """Handle HTML; tags left open are closed at its end."""
        self._in_html, self._codes = True, 0
        with suppress(AssertionError):  # html.parser raises it for `<![`
            self.feed(html)
        self.reset()
        self._in_html = False

    def find_id(self, markdown: str) -> None:
        """Note the id that a Markdown heading gives itself at its end: `{#id}`, or `{: #id}` (kramdown)."""
        if self._level and (found := _OWN_ID.search(markdown)):
            self._own_id = found[1]

    def hide(self, nesting: int) -> None:
        """Begin (1) or end (-1) a footnote's text."""
        self._notes += nesting

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden:
            self._hidden += [tag] * (tag == self._hidden[0])
            return
        attributes = dict(attrs)
        if is_no_reading(tag, attributes) and tag not in _VOID:
            self._hidden.append(tag)
        elif tag in _HEADINGS or (tag == "p" and not self._level):  # a paragraph in a heading is the heading's text
            self.end_block()
            self._level, self._own_id = _HEADINGS.get(tag, 0), attributes.get("id") or ""
        elif tag in _INSETS:
            self.end_block()
            self._insets += 1
        elif tag == "a":
            self._links.append((attributes.get("href"), len(self._words)))
        elif tag == "sup":
            self._raised += 1
        elif tag == "code":
            self._codes += 1
        elif tag in {"br", "div"}:
            self._words.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            del self._hidden[len(self._hidden) - (tag == self._hidden[0]) :]
        elif tag in _HEADINGS or (tag == "p" and not self._level):
            self.end_block()
        elif tag in _INSETS:
            self.end_block()
            self._insets = max(0, self._insets - 1)
        elif tag == "a" and self._links:
            href, start = self._links.pop()
            if is_anchor(href, "".join(self._words[start:]), raised=self._raised > 0):
                del self._words[start:]
        elif tag == "sup":
            self._raised = max(0, self._raised - 1)
        elif tag == "code":
            self._codes = max(0, self._codes - 1)

    def handle_data(self, data: str) -> None:
        if self._level is not None and not self._hidden and not self._notes:
            is_text = self._in_html and not self._codes  # in Markdown the parser has skipped them
            self._words.append(without_shortcodes(data, self._closed) if is_text else data)

    def end_block(self) -> None:
        text = " ".join("".join(self._words).split())
        if self._level is not None and text:
            self.blocks.append(Block(self._level, text, self._insets > 0, self._own_id, self.end))
        self._words, self._links, self._level, self._raised, self._own_id = [], [], None, 0, ""
