"""Feeds of articles: JSON Feed 1.x, RSS and Atom, read from their bytes.

An item becomes an article with what it has: title, text, summary, language, id. A feed knows nothing of brands.
"""

import hashlib
import io
import json
import re
from dataclasses import astuple, dataclass
from typing import Any

import feedparser

from blocks.sources.feed_entries import is_published
from blocks.sources.feed_prolog import bounded
from imaging.articles.article import Article, article_from
from imaging.errors import InvalidInput
from imaging.printable import printable
from imaging.text.markup import markdown_of
from imaging.text.plain import text_of, words_of
from imaging.text.sections import cut
from imaging.text.teaser import teaser

_EXCERPT = 300  # characters of a summary that cards and the hero's prompt can use
_LONGEST_ID = 200  # characters; so many an `article_id` may have


@dataclass(frozen=True, slots=True)
class Words:
    """What a feed says somewhere, as HTML or as plain text."""

    said: str
    is_html: bool = False

    def markdown(self) -> str:
        """Return it as Markdown. Raises InvalidInput."""
        return markdown_of(self.said) if self.is_html else self.said

    def title(self) -> str:
        """Return it as a title: many are written by hand, and name tags without escaping them."""
        return words_of(self.said, is_html=self.is_html)

    def summary(self) -> str:
        """Return it as a summary: without markup."""
        return text_of(self.said) if self.is_html else words_of(self.said)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item, as the feed at `source` has it.

    `identity` is its id, or else its address; empty where it has neither, or where other items have the same.
    """

    identity: str
    title: Words
    content: Words
    summary: Words
    language: str
    link: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """What the item is known by: its identity, or else its address, its title or text."""
        return self.identity or self.link or _hash(self.title.said or self.content.said)

    def fingerprint(self) -> str:
        """Return a hash of all that the article is made from."""
        words = [astuple(said) for said in (self.title, self.content, self.summary)]
        return _hash(json.dumps([self.identity, *words, self.language]))

    def article(self) -> Article:
        """Return the item as an article. Raises InvalidInput."""
        title = self.title.title()
        fields: dict[str, Any] = {
            "topic": title,
            "body": self.content.markdown(),
            "excerpt": cut(teaser(self.summary.summary(), title), _EXCERPT),
            "article_id": self.identity or None,
            "origin": {"source": self.source, "url": self.link},
        }
        if language := re.match(r"[a-z]{2}(?![a-z])", self.language.lower()):
            fields["language"] = language[0]
        return article_from(fields)


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed. `next_url` leads to the next one, `problem` says what is wrong with this one, if so."""

    items: tuple[FeedItem, ...]
    next_url: str | None = None
    problem: str | None = None


def parse_feed(data: bytes, content_type: str = "") -> Feed:
    """Return the feed in `data`; `content_type` may name its character set. Raises InvalidInput for no feed."""
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return _json_feed(data)
    return _xml_feed(data, content_type)


def _json_feed(data: bytes) -> Feed:
    """https://www.jsonfeed.org/version/1.1/"""
    try:
        feed = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidInput("it is not valid JSON") from None
    items = feed.get("items")
    if not isinstance(items, list):
        raise InvalidInput("it is JSON, but not a JSON Feed: it has no list of items")
    return Feed(
        items=tuple(_json_item(item, _said(feed, "language")) for item in items),
        next_url=_said(feed, "next_url") or None,
    )


def _json_item(item: Any, language: str) -> FeedItem:
    fields = item if isinstance(item, dict) else {}
    html = _said(fields, "content_html")
    return FeedItem(
        identity=_identity(_said(fields, "id") or _said(fields, "url")),
        title=Words(_said(fields, "title")),
        content=Words(html, is_html=True) if html else Words(_said(fields, "content_text")),
        summary=Words(_said(fields, "summary")),
        language=_said(fields, "language") or language,
        link=_whole(_said(fields, "url")),
    )


def _said(fields: dict[str, Any], name: str) -> str:
    """Return a field's text; a number counts as one (the standard has ids read so), anything else as absent."""
    value = fields.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _xml_feed(data: bytes, content_type: str) -> Feed:
    # A file object: given bytes, the library would take them for a file's name first.
    parsed = feedparser.parse(
        io.BytesIO(bounded(data)),
        response_headers={"content-type": content_type} if content_type else {},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version"):
        raise InvalidInput("it is neither a JSON Feed nor RSS nor Atom")
    return Feed(
        items=tuple(
            _xml_item(entry, parsed.feed.get("language") or "") for entry in parsed.entries if is_published(entry)
        ),
        problem=_not_well_formed(parsed.get("bozo_exception")),
    )


def _not_well_formed(trouble: Any) -> str | None:
    """Say where the XML is broken; other complaints of the library (a wrong character set) do no harm."""
    if not hasattr(trouble, "getLineNumber"):
        return None
    return f"it is not well-formed XML at line {trouble.getLineNumber()}: what can be read of it is used"


def _xml_item(entry: Any, language: str) -> FeedItem:
    nothing = {"value": "", "type": "text/plain"}
    title, summary = entry.get("title_detail") or nothing, entry.get("summary_detail") or nothing
    contents = entry.get("content") or [summary]  # RSS without content:encoded has its text there
    content = max(contents, key=lambda one: "html" in one["type"])
    return FeedItem(
        identity=_identity(entry.get("id") or entry.get("link") or ""),
        title=_words(title),
        content=_words(content),
        summary=_words(summary),
        language=content.get("language") or title.get("language") or language,
        link=_whole(entry.get("link") or ""),
    )


def _words(detail: Any) -> Words:
    return Words(detail["value"], is_html="html" in detail["type"])


def _identity(text: str) -> str:
    """Return an id as an `article_id` may be: in one visible line, and not too long; else a hash of it."""
    text = _whole(text)
    return text if len(text) <= _LONGEST_ID and text == printable(text) else _hash(text)


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode().strip()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
