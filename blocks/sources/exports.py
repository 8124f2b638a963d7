"""Exports of content systems as sources: WordPress (WXR) and Ghost, answers of their APIs, feeds as files.

A post becomes what it is in the site's feed, so that an export and the feed are known to be of one article.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from blocks.sources.feed_items import FeedItem, FeedText, parse_feed
from blocks.sources.feed_twins import DistinctItems
from blocks.sources.files import Listing
from imaging.articles.files.export_posts import post_text, posts_in, value_at
from imaging.errors import InvalidInput

XML = (".xml", ".wxr", ".rss", ".atom")
_MAX_BYTES = 256 * 1024 * 1024
_SETTINGS = (("db", 0, "data", "settings"), ("data", "settings"))
_PUBLIC, _KINDS = {"published", "publish"}, {"post", "page"}


def is_export(path: Path) -> bool:
    """Return whether a file is an export of many articles. Raises InvalidInput if it cannot be read."""
    name = path.name.lower()
    return name.endswith(XML) or (name.endswith(".json") and path.is_file() and _document(path) is not None)


def articles_in(path: Path) -> Listing:
    """Return the published posts and pages of an export. Raises InvalidInput."""
    document = None if path.name.lower().endswith(XML) else _document(path)
    if isinstance(document, list):
        public = [post for post in document if not _not_public(post)]
        passed_over = {_name(post): why for post in document if (why := _not_public(post))}
        return Listing(DistinctItems(str(path)).page([_item(post) for post in public]), passed_over=passed_over)
    try:
        feed = parse_feed(_read(path))
    except InvalidInput as error:
        raise InvalidInput(f"SOURCE: {path.name} is no export: {error}; a single article is for run") from None
    if feed.problem:
        raise InvalidInput(f"SOURCE: {path.name}: {feed.problem.partition(':')[0]}; nothing of it is made")
    return Listing(DistinctItems(str(path)).page(feed.items), passed_over=feed.passed_over)


def _document(path: Path) -> Any:
    """Return the posts of a JSON file, with the site's language where it says one; a JSON Feed as it is; else None."""
    with suppress(ValueError, RecursionError):
        document = json.loads(_read(path).decode("utf-8-sig"))
        if isinstance(document, dict) and isinstance(document.get("items"), list) and "jsonfeed" in str(document):
            return document
        if (posts := posts_in(document)) is not None:
            language = _language(document)
            return [{"locale": language, **post} for post in posts]
    return None


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"SOURCE: {path.name} has more than {_MAX_BYTES:,} bytes: split it")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"SOURCE: {path} cannot be read: {error.strerror}") from None


def _language(document: Any) -> str:
    """Return the language in the settings of a Ghost site."""
    for where in _SETTINGS:
        for setting in value_at(document, where) or ():
            if isinstance(setting, Mapping) and setting.get("key") in {"locale", "lang"}:
                return str(setting.get("value") or "")
    return ""


def _not_public(post: Mapping[str, Any]) -> str | None:
    status, kind = str(post.get("status") or "publish"), str(post.get("type") or "post")
    if kind not in _KINDS:
        return "no post"
    content = post.get("content")
    if isinstance(content, Mapping) and content.get("protected") is True:
        return "needs a password"
    return None if status in _PUBLIC else "draft" if status == "draft" else "not published"


def _name(post: Mapping[str, Any]) -> str:
    return str(post.get("slug") or post.get("id") or "a post")[:100]


def _item(post: Mapping[str, Any]) -> FeedItem:
    """Return a post as the site's feed has it: Ghost's feed has its id, WordPress' its guid."""
    html = post_text(post, "html") or post_text(post, "content")
    links = (post_text(post, name) for name in ("link", "url", "canonical_url"))
    return FeedItem(
        identity=post_text(post, "guid") or post_text(post, "id"),
        title=FeedText(post_text(post, "title"), is_html=True),
        content=FeedText(html, is_html=True) if html else FeedText(post_text(post, "plaintext")),
        summary=FeedText(post_text(post, "custom_excerpt") or post_text(post, "excerpt"), is_html=True),
        language=post_text(post, "lang") or post_text(post, "locale"),
        link=next(filter(None, links), ""),
    )
