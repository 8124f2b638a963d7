"""Finding image addresses in any text: Markdown, HTML, JSON, a lone address, or words with addresses among them."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from imaging.migration.addresses import ADDRESS, DATA, Found, is_address, without_end
from imaging.migration.markup import found_in_html
from imaging.migration.rewriting import rewritten

_MARKDOWN = re.compile(r"\]\s?\(|!\[|^ {0,3}\[[^\]]+\]:", re.MULTILINE)
# Names of fields whose address is a picture's, in front matter, exports and columns.
_PICTURE_FIELD = re.compile(
    r"image|img|cover|hero|picture|photo|thumb|banner|logo|poster|avatar|teaser|bild|foto|^src$|^url$", re.IGNORECASE
)
_ALT = ("alt", "alt_text", "alttext", "image_alt", "imagealt", "caption", "title_alt", "description")
_PROMPT = ("prompt", "image_prompt", "imageprompt")
_MAX_DEPTH = 40


def found_in(text: str, field: str = "", depth: int = 0) -> Iterator[Found]:
    """Yield the image addresses in a text, decoded; one may come more than once.

    `field`: the name of the field that the text is the whole of.
    """
    if not any(sign in text for sign in ("//", "\\/", "data:")):
        return
    value = text.strip()
    if is_address(value) and not any(sign.isspace() for sign in value[:8000]):
        yield Found(value, shown=_PICTURE_FIELD.search(field) is not None)
        return
    if value[:1] in {"{", "["} and depth < _MAX_DEPTH:
        with suppress(ValueError, RecursionError):
            yield from found_in_value(json.loads(value), field, depth=depth + 1)
            return
    parsed = list(found_in_markdown(text)) if _MARKDOWN.search(text) else []
    parsed += found_in_html(text) if "<" in text else []  # Markdown takes indented HTML for code
    yield from _with_bare(text, parsed)


def found_in_page(markup: str) -> Iterator[Found]:
    """Yield the image addresses in an HTML page, decoded; one may come more than once."""
    yield from _with_bare(markup, list(found_in_html(markup)))


def _with_bare(text: str, parsed: list[Found]) -> Iterator[Found]:
    """Yield what was parsed, and what else stands in the text."""
    yield from parsed
    known = {found.address for found in parsed if is_address(found.address)}
    pieces = [one for one in _bare(text) if one.address not in known]
    if any(longer.startswith(one.address) for one in pieces for longer in known):
        # An escaped or bracketed address is found again in pieces: it is blanked first.
        pieces = list(_bare(rewritten(text, dict.fromkeys(known, " "))))
    yield from pieces


def found_in_value(
    value: Any, field: str = "", around: Mapping[str, Any] | None = None, depth: int = 0
) -> Iterator[Found]:
    """Yield the image addresses in all texts of a JSON value, with what the fields `around` them say of the picture."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from found_in_value(inner, str(name), value, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from found_in_value(inner, field, around, depth + 1)
    elif isinstance(value, str) and (found := list(found_in(value, field, depth))):
        beside = {str(name).lower(): text for name, text in (around or {}).items() if isinstance(text, str)}
        alt, prompt = _said(beside, field, _ALT), _said(beside, field, _PROMPT)
        yield from (one.joined(Found(one.address, alt, prompt)) for one in found)


def _said(spelled: Mapping[str, str], field: str, names: tuple[str, ...]) -> str:
    """Return the text of the field of one of these names, first of the one that is named for `field`."""
    stem = re.sub(r"[_-]?(?:url|src|image)$", "", field.lower())
    for name in names:
        for named in (f"{field.lower()}_{name}", f"{stem}_{name}", name):
            if said := spelled.get(named, "").strip():
                return said if not is_address(said) else ""
    return ""


def found_in_markdown(text: str) -> Iterator[Found]:
    """Yield the addresses of pictures, links, references and of HTML in Markdown."""
    references: dict[str, Any] = {}
    yield from _in_tokens(_markdown().parse(text, references))
    for reference in references.get("references", {}).values():
        yield Found(reference["href"])


def _in_tokens(tokens: list[Token]) -> Iterator[Found]:
    for token in tokens:
        if token.type == "image":
            yield Found(str(token.attrs.get("src", "")), token.content or str(token.attrs.get("title", "")), shown=True)
        elif token.type == "link_open":
            yield Found(str(token.attrs.get("href", "")))
        elif token.type in {"html_block", "html_inline"} and "<" in token.content:
            yield from found_in_html(token.content)
        yield from _in_tokens(token.children or [])


@cache
def _markdown() -> MarkdownIt:
    """A parser that leaves addresses as they are written, but for entities and backslashes."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.validateLink = lambda url: True  # type: ignore[method-assign] # it would drop some `data:` URLs
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


def _bare(text: str) -> Iterator[Found]:
    """Yield the addresses that stand anywhere in a text, such as in code, short codes and comments."""
    if "//" in text:
        for found in ADDRESS.finditer(text.replace("\\/", "/")):
            yield Found(html.unescape(without_end(found[0])))
    if "data:image/" in text:
        yield from (Found(found[0]) for found in DATA.finditer(text.replace("\\/", "/")))
