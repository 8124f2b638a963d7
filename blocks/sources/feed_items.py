"""Parsing of feeds: JSON Feed 1.x, RSS and Atom.

An item becomes an article with its title, text, summary, language and id.
"""

import hashlib
import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

import feedparser

from blocks.sources.feed_entries import is_published
from blocks.sources.feed_prolog import bounded
from imaging.articles.article import Article
from imaging.articles.files.parsing import article_from
from imaging.articles.files.reading import Reading
from imaging.errors import InvalidInput
from imaging.sanitizing.printable import printable
from imaging.text.automatic_excerpt import first_words, shown_in_excerpt
from imaging.text.markup import markdown_of
from imaging.text.plain import text_of, words_of
from imaging.text.sections import cut
from imaging.text.shortcodes import without_shortcodes
from imaging.text.teaser import teaser

_EXCERPT = 300  # characters of a summary, enough for cards and the hero's prompt
_LONGEST_ID = 200  # characters: the limit of `article_id`


@dataclass(frozen=True, slots=True)
class FeedText:
    """A text of a feed, as HTML or plain text."""

    text: str
    is_html: bool = False

    def markdown(self) -> str:
        """Return the text as Markdown. Raises InvalidInput."""
        return markdown_of(self.text) if self.is_html else self.text

    def title(self) -> str:
        """Return the text as a title; many titles mention tags without escaping them."""
        return words_of(self.text, is_html=self.is_html)

    def summary(self) -> str:
        """Return the text as a summary, without markup."""
        return text_of(self.text) if self.is_html else words_of(self.text)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item of the feed at `source`.

    `identity`: its id, or else its address; empty if it has neither, or shares them with other items.
    """

    identity: str
    title: FeedText
    content: FeedText
    summary: FeedText
    language: str
    link: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """The item's key: its identity, or else its address, or a hash of its title or text."""
        return self.identity or self.link or _hash(self.title.text or self.content.text)

    def fingerprint(self) -> str:
        """Return a hash of everything that the article is made from."""
        texts = [astuple(text) for text in (self.title, self.content, self.summary)]
        return _hash(json.dumps([self.identity, *texts, self.language]))

    def read(self) -> Reading:
        """Read the item. Raises InvalidInput."""
        return Reading(self.article())

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
    """One page of a feed. `next_url`: the next page; `problem`: a defect of this page, if any.

    `passed_over`: why entries of an export are no public articles, by their names.
    """

    items: tuple[FeedItem, ...]
    next_url: str | None = None
    problem: str | None = None
    passed_over: Mapping[str, str] = field(default_factory=dict)


def parse_feed(data: bytes, content_type: str = "") -> Feed:
    """Return the feed in `data`; `content_type` may name its character set. Raises InvalidInput if it is not a feed."""
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return _json_feed(data)
    return _xml_feed(data, content_type)


def _json_feed(data: bytes) -> Feed:
    """Parse a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    try:
        feed = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidInput("it is not valid JSON") from None
    items = feed.get("items")
    if not isinstance(items, list):
        raise InvalidInput("it is JSON, but not a JSON Feed: it has no list of items")
    return Feed(
        items=tuple(_json_item(item, _field(feed, "language")) for item in items),
        next_url=_field(feed, "next_url") or None,
    )


def _json_item(item: Any, language: str) -> FeedItem:
    fields = item if isinstance(item, dict) else {}
    markup = _field(fields, "content_html")
    return FeedItem(
        identity=_identity(_field(fields, "id") or _field(fields, "url")),
        title=FeedText(_field(fields, "title")),
        content=FeedText(markup, is_html=True) if markup else FeedText(_field(fields, "content_text")),
        summary=FeedText(_field(fields, "summary")),
        language=_field(fields, "language") or language,
        link=_encodable(_field(fields, "url")),
    )


def _field(fields: dict[str, Any], name: str) -> str:
    """Return a field's text; a number is converted (as the standard says for ids), anything else is absent."""
    value = fields.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _xml_feed(data: bytes, content_type: str) -> Feed:
    headers = {"content-type": content_type} if content_type else {}
    try:
        # A file object, since the library would take bytes for a file name first.
        parsed = feedparser.parse(
            io.BytesIO(bounded(data)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, TypeError, LookupError, AttributeError):  # the library trips over names that are none
        raise InvalidInput("its XML cannot be read") from None
    if not parsed.get("version"):
        raise InvalidInput("it is neither a JSON Feed nor RSS nor Atom")
    return Feed(
        items=tuple(
            _xml_item(entry, parsed.feed.get("language") or "") for entry in parsed.entries if is_published(entry)
        ),
        problem=_not_well_formed(parsed.get("bozo_exception")),
        passed_over={
            (entry.get("id") or entry.get("link") or "an entry")[:200]: "draft, or no post"
            for entry in parsed.entries
            if not is_published(entry)
        },
    )


def _not_well_formed(trouble: Any) -> str | None:
    """Return where the XML is broken; the library's other complaints (a wrong character set) are harmless."""
    if not hasattr(trouble, "getLineNumber"):
        return None
    return f"it is not well-formed XML at line {trouble.getLineNumber()}: the readable part is used"


def _xml_item(entry: Any, language: str) -> FeedItem:
    nothing = {"value": "", "type": "text/plain"}
    title, summary = entry.get("title_detail") or nothing, entry.get("summary_detail") or nothing
    if excerpt := entry.get("excerpt_encoded"):  # WXR: what the site's feed has as its description
        summary = {"value": excerpt, "type": "text/html"}
    contents = entry.get("content") or [summary]  # RSS without content:encoded has its text in the summary
    content = max(contents, key=lambda one: "html" in one["type"])
    if "wp_post_type" in entry and not summary["value"].strip():
        words = first_words(without_shortcodes(text_of(shown_in_excerpt(content["value"]))), language)
        summary = {"value": html.escape(words), "type": "text/html"}
    return FeedItem(
        identity=_identity(entry.get("id") or entry.get("link") or ""),
        title=_feed_text(title),
        content=_feed_text(content),
        summary=_feed_text(summary),
        language=content.get("language") or title.get("language") or language,
        link=_encodable(entry.get("link") or ""),
    )


def _feed_text(detail: Any) -> FeedText:
    return FeedText(detail["value"], is_html="html" in detail["type"])


def _identity(text: str) -> str:
    """Return an id if it is valid as an `article_id` (one visible line, not too long), else its hash."""
    text = _encodable(text)
    return text if len(text) <= _LONGEST_ID and text == printable(text) else _hash(text)


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode().strip()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
