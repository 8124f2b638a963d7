"""HTML, as feeds carry it: read as Markdown, whose headings steer the plan, or as plain text."""

from bs4 import BeautifulSoup
from markdownify import MarkdownConverter

from imaging.errors import InvalidInput

# What is no part of the article's words. Its pictures are not either: the product makes its own.
_NOT_WORDS = ("script", "style", "template", "noscript", "iframe", "object", "svg", "img", "head")

_BLOCKS = ("p", "div", "br", "li", "td", "th", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6")


def markdown_of(html: str) -> str:
    """Return HTML as Markdown: headings as `##`, without scripts and pictures. Raises InvalidInput."""
    try:
        converter = MarkdownConverter(heading_style="atx", escape_misc=True)
        return str(converter.convert_soup(_soup(html))).strip()
    except RecursionError:
        raise InvalidInput("body: its HTML is nested too deeply") from None


def text_of(html: str) -> str:
    """Return the words of HTML in one line."""
    soup = _soup(html)
    for tag in soup(_BLOCKS):
        tag.insert_after(" ")
    return " ".join(soup.get_text().split())


def _soup(html: str) -> BeautifulSoup:
    # Within a tag: of bare words the library suspects that they are a file's name or an address, and warns.
    soup = BeautifulSoup(f"<div>{html}</div>", "html.parser")
    for tag in soup(_NOT_WORDS):
        tag.decompose()
    return soup
