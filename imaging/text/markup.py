"""Conversion of HTML from feeds to Markdown, so that its headings can be planned from."""

import warnings
from typing import Any

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from lxml import etree
from markdownify import MarkdownConverter

from imaging.errors import InvalidInput
from imaging.text.plain import NOT_WORDS, parsed
from imaging.text.reading import is_no_reading
from imaging.text.shortcodes import closed_names, without_shortcodes

_MAX_HTML = 4_000_000  # characters; eight times the largest body that a run accepts
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LAYOUT = {"a", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}


def markdown_of(html: str) -> str:
    """Return HTML as Markdown: headings as `##`, without scripts and pictures. Raises InvalidInput."""
    if len(html) > _MAX_HTML:
        raise InvalidInput(f"body: its HTML has {len(html):,} characters; at most {_MAX_HTML:,} are read")
    root = parsed(html)
    if root is None:
        return ""
    _clean(root)
    try:
        with warnings.catch_warnings():  # the library warns that plain text may be a file name
            warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
            soup = BeautifulSoup(etree.tostring(root, method="html", encoding="unicode"), "lxml")
        return str(MarkdownConverter(heading_style="atx", escape_misc=True).convert_soup(soup)).strip()
    except RecursionError:
        raise InvalidInput("body: its HTML is nested too deeply") from None


def _clean(root: Any) -> None:
    """Remove elements that readers do not see, and wrappers that keep headings from becoming Markdown headings.

    Uses libxml2's tree, where this takes linear time: BeautifulSoup searches all siblings for each tag.
    """
    for element in root.iter(etree.Element):
        if element.tag == "ol":
            element.tag = "ul"  # the library counts an ordered list again for each item: quadratic time
        elif element.tag != "pre" and (is_no_reading(element.tag, element.attrib) or _is_note(element)):
            element.tag = "script"
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *NOT_WORDS, with_tail=False)
    _drop_shortcodes(root)
    seen: set[Any] = set()
    for heading in root.iter(*_HEADINGS):
        for element in heading.iterancestors():
            if element in seen:
                break
            seen.add(element)
            if element.tag in _LAYOUT:  # a link around a heading, or a layout table
                element.tag = "div"


def _drop_shortcodes(root: Any) -> None:
    """Remove WordPress' shortcodes outside code."""
    closed = closed_names("".join(root.itertext()))
    in_code = {one for code in root.iter("code", "pre") for one in code.iterdescendants()}
    for element in root.iter(etree.Element):
        if element.text and element not in in_code and element.tag not in {"code", "pre"}:
            element.text = without_shortcodes(element.text, closed)
        if element.tail and element not in in_code:
            element.tail = without_shortcodes(element.tail, closed)


def _is_note(element: Any) -> bool:
    """Return whether an element is a footnote's number."""
    return element.tag == "sup" and any(child.tag == "a" and "#" in child.get("href", "") for child in element)
