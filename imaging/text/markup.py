"""HTML, as feeds carry it, read as Markdown, whose headings steer the plan."""

import warnings
from typing import Any

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from lxml import etree
from markdownify import MarkdownConverter

from imaging.errors import InvalidInput
from imaging.text.plain import NOT_WORDS, parsed
from imaging.text.reading import is_no_reading

_MAX_HTML = 4_000_000  # characters; what a run takes as a body is an eighth of it
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
        with warnings.catch_warnings():  # of bare words the library suspects that they are a file's name
            warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
            soup = BeautifulSoup(etree.tostring(root, method="html", encoding="unicode"), "lxml")
        return str(MarkdownConverter(heading_style="atx", escape_misc=True).convert_soup(soup)).strip()
    except RecursionError:
        raise InvalidInput("body: its HTML is nested too deeply") from None


def _clean(root: Any) -> None:
    """Take out what readers do not read, and what would keep headings from being headings of Markdown.

    In libxml2's tree, where it takes linear time: BeautifulSoup looks for each tag among all its siblings.
    """
    for element in root.iter(etree.Element):
        if element.tag == "ol":
            element.tag = "ul"  # the library counts a list anew for each of its items
        elif element.tag != "pre" and (is_no_reading(element.tag, element.attrib) or _is_note(element)):
            element.tag = "script"
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *NOT_WORDS, with_tail=False)
    seen: set[Any] = set()
    for heading in root.iter(*_HEADINGS):
        for element in heading.iterancestors():
            if element in seen:
                break
            seen.add(element)
            if element.tag in _LAYOUT:  # a link around a heading, a table for its layout
                element.tag = "div"


def _is_note(element: Any) -> bool:
    """Tell whether an element is the number of a footnote."""
    return element.tag == "sup" and any(child.tag == "a" and "#" in child.get("href", "") for child in element)
