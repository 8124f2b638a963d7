"""Reading article files: Markdown with or without front matter, or JSON."""

import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath

from imaging.articles.article import Article
from imaging.articles.files.export_posts import posts_in
from imaging.articles.files.foreign_names import meant
from imaging.articles.files.parsing import parse_json, read_markdown
from imaging.articles.files.reading import Reading
from imaging.articles.origin import Origin
from imaging.errors import InvalidInput, PassedOver

MAX_BYTES = 10_000_000
# All Markdown extensions that GitHub's Linguist knows, `.mdx`, and JSON.
SUFFIXES = (
    ".md", ".markdown", ".mdown", ".mdwn", ".mdtext", ".mdtxt", ".mdx", ".mkd", ".mkdn", ".mkdown", ".livemd", ".json",
)  # fmt: skip
# Markup that would be read as Markdown, but badly.
_OTHERS = {
    ".adoc": "AsciiDoc", ".asciidoc": "AsciiDoc", ".docx": "Word", ".epub": "EPUB", ".ipynb": "a Jupyter notebook",
    ".odt": "OpenDocument", ".org": "Org", ".pdf": "PDF", ".rst": "reStructuredText", ".rtf": "RTF", ".tex": "LaTeX",
    ".textile": "Textile", ".typ": "Typst",
}  # fmt: skip
_NO_TOPIC = "JSON without a topic"
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|rss|feed)\b", re.IGNORECASE)


def read_document(data: bytes, path: str, shown: str = "") -> Reading:
    """Read the article in a document: JSON if the path ends in `.json`, else Markdown. Raises InvalidInput.

    `shown`: how messages name it, if not by its path.
    """
    if kind := _OTHERS.get(PurePath(path).suffix.lower()):
        raise InvalidInput(f"{shown or path} is {kind}, which is not read: convert it to Markdown first (pandoc can)")
    text = decoded(data, shown or path)
    if _MARKUP.match(text):
        raise InvalidInput(
            f"{shown or path} is XML or HTML: an export is a SOURCE of backlog, and a page has an address"
        )
    return Reading(parse_json(text)) if path.lower().endswith(".json") else read_markdown(text, path)


def read_text(data: bytes, shown: str) -> Reading:
    """Read the article in a document without a name: JSON, or Markdown with any front matter. Raises InvalidInput."""
    text = decoded(data, shown)
    return Reading(parse_json(text)) if _is_json(text.removeprefix("\ufeff").lstrip()) else read_markdown(text)


def parse_document(data: bytes, path: str) -> Article:
    """Return the article in a document. Raises InvalidInput."""
    return read_document(data, path).article


def read_in_source(data: bytes, source: str, path: str) -> Reading:
    """Read a file of a source of many. Raises InvalidInput, and PassedOver for what nobody would call an article."""
    if path.lower().endswith(".json") and not _has_topic(data):
        raise PassedOver("an export of posts: give it as a SOURCE of its own" if _has_posts(data) else _NO_TOPIC)
    if not data.strip():
        raise PassedOver("empty")
    reading = read_document(data, path)
    return replace(reading, article=read_from(reading.article, source, path))


def read_from(article: Article, source: str, path: str) -> Article:
    """Return the article with its origin set to a file of a source, keeping the URL that it names itself.

    Symbolic links in the path are kept: `current/intro.md` is one article, whichever release it points to.
    """
    return article.model_copy(update={"origin": Origin(source=source, path=path, url=article.origin.url)})


def decoded(data: bytes, name: str) -> str:
    """Return the text of a document. Raises InvalidInput if it is too large or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"{name} has more than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        is_text = b"\0" not in data or data.startswith((b"\xff\xfe", b"\xfe\xff"))
        mend = "is not UTF-8 text: save it as UTF-8" if is_text else "is no text: give Markdown or JSON"
        raise InvalidInput(f"{name} {mend}") from None


def _is_json(text: str) -> bool:
    """Return whether a text is JSON to its end, or would be without an error; not front matter with text below it."""
    if not re.match(r"\{\s*[\"}]|\[\s*(?:[\[{\"\]\d-]|true|false|null)", text):
        return False
    with suppress(ValueError, RecursionError):
        return not text[json.JSONDecoder().raw_decode(text)[1] :].strip()
    return True


def _has_posts(data: bytes) -> bool:
    """Return whether a JSON document is an export of many articles, which `backlog` reads as a source of its own."""
    with suppress(ValueError, RecursionError):
        return posts_in(json.loads(data)) is not None
    return False


def _has_topic(data: bytes) -> bool:
    """Return whether a JSON document has a topic, if perhaps misspelt, or cannot be read."""
    if len(data) > MAX_BYTES:
        return True
    with suppress(ValueError, RecursionError):
        fields = json.loads(data)
        return isinstance(fields, dict) and any("topic" in {name.lower(), meant(name)} for name in fields)
    return b"topic" in data
