"""Plain text of titles and summaries, which some systems write as HTML and others as plain text."""

import html
import re
from typing import Any

from lxml import etree

_MAX_HTML, _MAX_WORDS = 1_000_000, 20_000  # characters that are read of a summary, and of a title
# Bidirectional overrides reverse the text after them, and can make one name look like another.
_DIRECTIONS = {ord(sign): None for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
# Elements whose content is not text for readers.
NOT_WORDS = ("script", "style", "template", "noscript", "iframe", "object", "svg", "img", "head")

_VOID = {"br", "hr", "img", "wbr"}
_INLINE = {
    "a",
    "abbr",
    "b",
    "big",
    "bdi",
    "bdo",
    "cite",
    "code",
    "del",
    "em",
    "font",
    "i",
    "ins",
    "kbd",
    "mark",
    "q",
    "s",
}
_INLINE |= {"samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var"}
_BLOCKS = {"p", "div", "br", "li", "td", "th", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "figure"}
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]{0,30})(?:\s[^<>]{0,2000})?/?>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def without_directions(text: str) -> str:
    """Return the text without characters that override the writing direction."""
    return text.translate(_DIRECTIONS)


def text_of(markup: str) -> str:
    """Return the text of HTML on one line."""
    root = parsed(markup[:_MAX_HTML])
    if root is None:
        return ""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *NOT_WORDS, with_tail=False)
    for element in root.iter(*_BLOCKS):
        element.text, element.tail = f" {element.text or ''}", f" {element.tail or ''}"
    return " ".join("".join(root.itertext()).split())


def parsed(markup: str) -> Any:
    """Return the parsed tree of HTML, None if it is empty. libxml2's parser takes linear time."""
    parser = etree.HTMLParser(huge_tree=True, no_network=True, encoding="utf-8")
    data = markup.replace("\0", " ").encode(errors="replace")
    try:
        return etree.fromstring(data, parser) if data.strip() else None
    except etree.XMLSyntaxError:  # nothing but a comment
        return None


def words_of(text: str, *, is_html: bool = False) -> str:
    """Return a title or summary as plain text, `Tom &amp; <em>Jerry</em>` as `Tom & Jerry`; undoes up to three escapes.

    Tags that enclose words are markup. If one is a word itself (`C++ <vector>`, `Wann <p> statt <div>…</div> passt`)
    the text is about tags, and all stay. `is_html`: the text comes from a field where HTML is usual.
    """
    text = text[:_MAX_WORDS]
    for _ in range(3):
        before = text
        text = text_of(text) if _is_markup(text, is_html) else _ENTITY.sub(_sign, text)
        if text == before:
            break
    return text


def _sign(entity: re.Match[str]) -> str:
    """Return the entity's character; a lone entity for a letter or space stays, as the text is about the entity."""
    sign = html.unescape(entity[0])
    before, behind = entity.string[: entity.start()][-1:], entity.string[entity.end() :][:1]
    alone = (not before or before.isspace()) and (not behind or behind.isspace())
    return entity[0] if alone and (sign.isspace() or sign.isalpha()) else sign


def _is_markup(text: str, is_html: bool) -> bool:
    open_tags: list[tuple[str, int]] = []
    found = False
    for tag in _TAG.finditer(text):
        name = tag["name"].lower()
        if name in _VOID and is_html:
            found = True
        elif tag["end"]:
            if not open_tags or open_tags[-1][0] != name or not _has_word(text[open_tags[-1][1] : tag.start()]):
                return False
            open_tags.pop()
            found = True
        elif name in _INLINE or (name in _BLOCKS and _begins_block(text, tag.start())):
            open_tags.append((name, tag.end()))
        else:
            return False
    return found and not open_tags


def _has_word(text: str) -> bool:
    return any(sign.isalnum() for sign in _TAG.sub("", text))


def _begins_block(text: str, position: int) -> bool:
    before = text[:position].rstrip()
    return not before or before.endswith(">")
