"""Articles by their addresses: a page, its item in the site's feed, Markdown; and what is refused."""

from collections.abc import Iterator

import pytest

from blocks.sources.web_pages import WebPages
from imaging.errors import InvalidInput, SourceError
from tests.standins import FeedSite

TEXT = "<p>The brightest lamp on the path is usually the worst one, and everybody knows it.</p>" * 20
PAGE = """<!doctype html><html lang="en-GB"><head><title>Lamps | Blog</title>
<meta property="og:title" content="Bike lamps"><meta name="description" content="A beam with an edge.">
<link rel="alternate" type="application/feed+json" href="/feed.json"></head><body><nav><h2>Menu</h2></nav>
<article><header>By Mira</header><h1>Bike lamps</h1><h2>Lumens</h2>{text}<h2>The edge</h2><aside>Ad</aside></article>
<footer><h2>About</h2></footer></body></html>"""


@pytest.fixture
def site() -> Iterator[FeedSite]:
    with FeedSite() as site:
        yield site


def put_page(site: FeedSite) -> str:
    return site.put("/lamps/", PAGE.format(text=TEXT).encode(), "text/html; charset=utf-8")


def test_a_page_is_an_article(site: FeedSite) -> None:
    """Title, summary, language and the article's own text, without the page's furniture."""
    address = put_page(site)
    reading = WebPages().article(address)
    assert reading
    article = reading.article
    assert (article.topic, article.excerpt, article.language) == ("Bike lamps", "A beam with an edge.", "en")
    assert (article.origin.url, article.article_id) == (address, None)
    assert [line for line in article.body.split("\n") if line.startswith("#")] == ["## Lumens", "## The edge"]
    assert not {"Menu", "Mira", "Ad", "About"} & set(article.body.split())


def test_a_page_in_the_sites_feed_is_its_item(site: FeedSite) -> None:
    """A run of the page and a backlog of the feed are of one article, with the longer one of their texts."""
    address = put_page(site)
    item = {"id": "l-1", "url": f"{address}?utm_source=rss", "title": "Lamps", "content_text": "The brightest lamp"}
    feed = site.put_json("/feed.json", [{"id": "o", "url": f"{address}other", "title": "Other"}, item], language="en")
    reading = WebPages().article(address)
    assert reading
    assert (reading.article.topic, reading.article.article_id) == ("Lamps", "l-1")
    assert (reading.article.origin.source, "## Lumens" in reading.article.body) == (feed, True)
    assert WebPages().article(feed) is None
    alone = WebPages().article(site.put_json("/one.json", [item]))
    assert alone
    assert alone.article.article_id == "l-1"


def test_markdown_at_an_address_is_read_and_anything_else_refused(site: FeedSite) -> None:
    """Raw Markdown is an article; a picture is none, nor what leads to a private address."""
    reading = WebPages().article(site.put("/posts/tea.md", b"---\ntitle: Tea\ntags: x\n---\nText", "text/plain"))
    assert reading
    assert (reading.article.topic, reading.passed_over) == ("Tea", ("tags",))
    with pytest.raises(InvalidInput, match="no web page, feed or Markdown"):
        WebPages().article(site.put("/a.png", b"\x89PNG", "image/png"))
    with pytest.raises(SourceError, match="404"):
        WebPages().article(f"{site.base_url}/gone")
    with pytest.raises(SourceError):
        WebPages().article("http://localhost.localdomain.invalid/")
