"""Feeds as systems write them."""

import json

from blocks.sources.feed_items import FeedItem, parse_feed

BODY = "<h2>Erstens</h2><p>Ein <em>Satz</em>.</p><h2>Zweitens</h2><script>alert(1)</script>"


def rss(items: str, channel: str = "<language>de-DE</language>") -> bytes:
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
    return f"{head}<title>Blog</title>{channel}{items}</channel></rss>".encode()


def json_feed(*items: object, **fields: object) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **fields}).encode()


def only(data: bytes, content_type: str = "") -> FeedItem:
    [item] = parse_feed(data, content_type).items
    return item


JSON = json_feed(
    {"id": 42, "title": "Kaffee & Milch", "content_html": BODY, "summary": "Kurz gesagt.", "tags": ["x"]},
    language="de-AT",
)
