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
    more = site.put_json("/first.json", [item], f"{site.base_url}/one.json")
    assert WebPages().article(more) is None  # the first page of several has one item


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


@pytest.mark.parametrize(
    ("charset", "declared", "content_type"),
    [
        ("iso-8859-15", '<meta charset="iso-8859-15">', "text/html"),
        ("cp1252", "", "text/html; charset=ISO-8859-1"),  # as browsers read it
        ("utf-8", "", "text/html; charset=nonsense"),
        ("utf-16", "", "text/html"),
    ],
)
def test_letters_are_those_of_the_page(site: FeedSite, charset: str, declared: str, content_type: str) -> None:
    """The character set is that of the byte order mark, the header or the page's own <meta>, in this order."""
    page = f"<html><head>{declared}<title>Käse für 5 €</title></head><body><p>Süß</p></body></html>"
    reading = WebPages().article(site.put("/k/", page.encode(charset), content_type))
    assert reading
    assert (reading.article.topic, reading.article.body) == ("Käse für 5 €", "Süß")


def test_a_page_of_another_charset_by_its_meta_element(site: FeedSite) -> None:
    """Japanese pages of old name their character set in an http-equiv element."""
    head = '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><title>酵母①</title>'
    reading = WebPages().article(
        site.put("/j/", f"<html><head>{head}</head><p>塩</p></html>".encode("cp932"), "text/html")
    )
    assert reading
    assert (reading.article.topic, reading.article.body) == ("酵母①", "塩")


def test_the_title_element_and_a_relative_canonical_address_will_do(site: FeedSite) -> None:
    """A page without <h1> and Open Graph has the title of its head; comments are no text; without any it is refused."""
    head = '<head><title>\n Bike  lamps</title><link rel="canonical" href="/lamps"></head>'
    page = f"<html>{head}<main><p>Text</p><div id=comments><h2>Hi</h2></div></main></html>"
    address = site.put("/x/", page.encode(), "text/html")
    reading = WebPages().article(address)
    assert reading
    article = reading.article
    assert (article.topic, article.body, article.origin.url) == ("Bike lamps", "Text", f"{site.base_url}/lamps")
    with pytest.raises(InvalidInput, match=r"^ARTICLE: the page at http://\S+/none has no title"):
        WebPages().article(site.put("/none", b"<html><body><p>Text</p></body></html>", "text/html"))


@pytest.mark.parametrize("address", ["http://", "https://[::1", "http://127.0.0.1:1/"])
def test_what_cannot_be_an_address_is_said_in_plain_words(address: str) -> None:
    """Nothing of the HTTP library's own words is shown."""
    with pytest.raises(SourceError, match=r"is not an address|no connection to the host: check"):
        WebPages().article(address)
