"""The article at an address: from a page's HTML, with what the item of the site's feed says of it.

Addresses are fetched as feeds are, with the same protection from private addresses (`feeds`).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bs4.dammit import EncodingDetector
from lxml import etree

from blocks.network.download import is_web_page
from blocks.sources.feed_items import Feed, FeedItem, parse_feed
from blocks.sources.feed_twins import DistinctItems
from blocks.sources.feeds import FeedPage, FeedReader, next_page
from imaging.articles.article import Article
from imaging.articles.files.foreign import language_code
from imaging.articles.files.parsing import article_from, read_markdown
from imaging.articles.files.reading import Reading
from imaging.articles.origin import url_key
from imaging.errors import InvalidInput, SourceError
from imaging.text.markup import markdown_of
from imaging.text.plain import parsed, text_of
from imaging.text.sections import cut
from imaging.text.teaser import teaser
from imaging.web_address import is_web_address

_MAX_TITLE, _MAX_EXCERPT = 300, 300  # characters
_MOST_FEEDS = 3  # of a page that are looked at: a site's own, and those of comments and categories
_FEED_TYPES = ("rss", "atom", "feed+json")
_FURNITURE = ("header", "footer", "nav", "aside", "form")
_COMMENTS = ".//*[@id='comments' or @id='respond' or @id='disqus_thread']"
# Browsers read these as the larger sets that pages are written in (https://encoding.spec.whatwg.org/#names-and-labels).
_LARGER = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso-8859-9": "cp1254", "shift_jis": "cp932", "shift-jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030",
    "euc-kr": "cp949",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebPages:
    """Reads articles from the web. `private`: hosts that the operator allows to be private addresses."""

    private: frozenset[str] = frozenset()

    def article(self, address: str) -> Reading | None:
        """Return the article at an address; None for a feed of several. Raises InvalidInput and SourceError."""
        page = self._fetched(address, address)
        if not _is_html(page):
            return _not_html(page, address)
        root = parsed(_decoded(page))
        if root is None:
            raise InvalidInput(f"ARTICLE: the page at {address} is empty")
        own = _of_page(root, address)
        item = self._item(root, address, {url_key(address), url_key(own.origin.url)})
        if item is None:
            return Reading(own)
        article = item.article()
        # Many feeds have the beginning alone.
        body = own.body if len(own.body) > 2 * len(article.body) else article.body
        return Reading(article.model_copy(update={"body": body, "excerpt": article.excerpt or own.excerpt}))

    def _item(self, root: Any, address: str, keys: set[str]) -> FeedItem | None:
        """Return the page's item in one of the site's feeds, by which a backlog would know the article."""
        for link in _feed_links(root):
            with suppress(SourceError, InvalidInput):  # the page alone will do
                url = next_page(address, link)
                for entry in DistinctItems(url).page(_parsed_feed(self._fetched(url, address)).items):
                    if isinstance(entry, FeedItem) and url_key(entry.link) in keys:
                        return entry
        return None

    def _fetched(self, url: str, address: str) -> FeedPage:
        return FeedReader(address, None, "", self.private).page(1, url)


def _is_html(page: FeedPage) -> bool:
    return "html" in page.content_type or is_web_page(page.body[:1024])


def _not_html(page: FeedPage, address: str) -> Reading | None:
    with suppress(InvalidInput):
        feed = _parsed_feed(page)
        return Reading(feed.items[0].article()) if len(feed.items) == 1 and not feed.next_url else None
    if page.content_type.startswith("text/") and "xml" not in page.content_type:
        return read_markdown(_decoded(page), address.partition("?")[0])
    raise InvalidInput(f"ARTICLE: {address} is no web page, feed or Markdown")


def _parsed_feed(page: FeedPage) -> Feed:
    return parse_feed(page.body, page.content_type)


def _decoded(page: FeedPage) -> str:
    named = page.content_type.partition("charset=")[2].split(";")[0].strip(" \"'")
    is_wide = page.body.startswith((b"\xff\xfe", b"\xfe\xff"))
    declared = EncodingDetector.find_declared_encoding(page.body, is_html=True)
    for charset in filter(None, ("utf-16" if is_wide else "", named.lower(), declared, "utf-8-sig")):
        with suppress(LookupError, ValueError):
            return page.body.decode(_LARGER.get(charset, charset)).removeprefix("\ufeff")
    return page.body.decode("cp1252", errors="replace")


def _feed_links(root: Any) -> Sequence[str]:
    links = root.xpath("//link[@href][contains(concat(' ', normalize-space(@rel), ' '), ' alternate ')]")
    found = [link.get("href") for link in links if any(kind in (link.get("type") or "") for kind in _FEED_TYPES)]
    return found[:_MOST_FEEDS]


def _of_page(root: Any, address: str) -> Article:
    content = _content(root)
    title = _meta(root, "og:title") or _words(content, ".//h1") or _words(root, "//h1")
    title = title or " ".join(root.xpath("string(//head/title)").split())
    if not title:
        raise InvalidInput(f"ARTICLE: the page at {address} has no title: neither og:title nor <h1> nor <title>")
    fields: dict[str, Any] = {
        "topic": cut(title, _MAX_TITLE),
        "excerpt": cut(teaser(_meta(root, "og:description") or _meta(root, "description"), title), _MAX_EXCERPT),
        "body": _body(content, title),
        "origin": {"url": _canonical(root, address)},
    }
    if language := language_code((root.get("lang") or _meta(root, "og:locale")).strip()):
        fields["language"] = language
    return article_from(fields)


def _canonical(root: Any, address: str) -> str:
    """Return the page's own address, as it says itself, else the one that was given."""
    with suppress(SourceError):
        for link in root.xpath("//link[@rel='canonical']/@href"):
            if is_web_address(url := next_page(address, link.strip())):
                return url
    return address


def _content(root: Any) -> Any:
    """Return the element with the article's text: the longest <article>, else <main>, else the page."""
    for path in ("//article", "//main|//*[@role='main']", "//body"):
        if found := root.xpath(path):
            return max(found, key=lambda element: len("".join(element.itertext())))
    return root


def _body(content: Any, title: str) -> str:
    """Return the content as Markdown, without the page's furniture and its title."""
    etree.strip_elements(content, *_FURNITURE, with_tail=False)
    for comments in content.xpath(_COMMENTS):
        comments.tag = "script"
    for heading in list(content.iter("h1")):
        if " ".join("".join(heading.itertext()).split()).casefold() in title.casefold():
            heading.tag = "script"
    return markdown_of(etree.tostring(content, method="html", encoding="unicode", with_tail=False))


def _meta(root: Any, name: str) -> str:
    found: Iterator[str] = iter(root.xpath("//meta[@property=$name or @name=$name]/@content", name=name))
    return " ".join(next(found, "").split())


def _words(root: Any, path: str) -> str:
    found = root.xpath(path)
    return text_of(etree.tostring(found[0], method="html", encoding="unicode", with_tail=False)) if found else ""
