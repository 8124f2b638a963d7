"""Feeds of every format, exports and broken ones: read as far as they can be, or one clear error."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.sources.feed_items import parse_feed
from imaging.errors import InvalidInput
from tests.blocks.sources.feed_samples import json_feed, only, rss


def test_an_export_gives_what_is_published() -> None:
    """Of WordPress' WXR, posts and pages that everybody may read; of Blogger's, posts that are no drafts."""
    kinds = [
        ("Beitrag", "post", "publish", ""), ("Seite", "page", "publish", ""), ("Entwurf", "post", "draft", ""),
        ("Bald", "post", "future", ""), ("Privat", "post", "private", ""), ("Geschützt", "post", "publish", "x"),
        ("IMG_1", "attachment", "inherit", ""), ("Menü", "nav_menu_item", "publish", ""),
        ("Alt", "revision", "inherit", ""),
    ]  # fmt: skip
    items = "".join(
        f"<item><title>{title}</title><wp:post_type>{kind}</wp:post_type><wp:status>{status}</wp:status>"
        f"<wp:post_password>{word}</wp:post_password></item>"
        for title, kind, status, word in kinds
    )
    wxr = rss(items).replace(b"<rss ", b'<rss xmlns:wp="http://wordpress.org/export/1.2/" ')
    assert [item.title.text for item in parse_feed(wxr).items] == ["Beitrag", "Seite"]
    kind = '<category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#{}"/>'
    draft = '<app:control xmlns:app="http://www.w3.org/2007/app"><app:draft>yes</app:draft></app:control>'
    entries = "".join(
        f"<entry><id>{n}</id><title>{n}</title>{more}</entry>"
        for n, more in enumerate([kind.format("post"), kind.format("comment"), kind.format("post") + draft])
    )
    blogger = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()
    assert [item.title.text for item in parse_feed(blogger).items] == ["0"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "neither"),
        (b"<html><body>Not found</body></html>", "neither"),
        (b"/etc/passwd", "neither"),
        (b"{", "JSON"),
        (b'{"items": 1}', "items"),
        (b'{"items": ' + b"[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(data: bytes, says: str) -> None:
    """A page that is no feed, and a broken one, is one clear error."""
    with pytest.raises(InvalidInput, match=says):
        parse_feed(data)


def test_a_feed_with_broken_xml_gives_what_can_be_read_and_says_so() -> None:
    """A stray ampersand does not lose the items; the problem names the line."""
    feed = parse_feed(rss("<item><title>One</title></item>\n<item><title>This & that</title></item>"))
    assert [item.title.text for item in feed.items] == ["One", "This & that"]
    assert "line 2" in (feed.problem or "")


def test_entities_are_neither_expanded_without_end_nor_read_from_files(tmp_path: Path) -> None:
    """A billion laughs end in an error of that feed, and an external entity brings nothing in."""
    (tmp_path / "secret").write_text("hunter2")
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>'.encode()
    outside = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l8 SYSTEM "file://{tmp_path}/secret">]>'.encode()
    body = b'<rss version="2.0"><channel><item><title>a &l8;</title></item></channel></rss>'
    assert len(only(bomb + body).title.text) < 1000
    assert "hunter2" not in only(outside + body).title.text


def test_pages_lead_on() -> None:
    """`next_url` of a JSON Feed is the next page."""
    assert parse_feed(json_feed(next_url="https://blog.example/2")).next_url == "https://blog.example/2"
    assert parse_feed(json_feed(next_url=None)).next_url is None


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: rss(f"<item><title>{text}</title></item>")))
@settings(max_examples=60, deadline=None)
def test_any_bytes_end_well(data: bytes) -> None:
    """Whatever comes, it is a feed or one of our errors."""
    try:
        for item in parse_feed(data).items:
            item.article()
    except InvalidInput:
        pass
