"""The articles of a source, read page by page."""

from collections.abc import Iterator
from pathlib import Path

from blocks.services import Services
from blocks.sources.exports import articles_in
from blocks.sources.feed_items import parse_feed
from blocks.sources.feed_twins import DistinctItems
from blocks.sources.feeds import next_page
from blocks.sources.files import Listing, files_in, objects_in
from blocks.storage.errors import refusals_named
from imaging.articles.sources import BUCKET, is_feed
from imaging.errors import InvalidInput, SourceError
from tasks.sources import fetch_page

_MAX_PAGES = 1000  # that a feed leads on to


def articles_of(source: str, services: Services, place: str) -> Iterator[Listing]:
    """Yield the source's articles, a page at a time: no more than a page is in memory.

    What is fetched is kept under `place`, beside the task results. Raises InvalidInput, SourceError and StorageError;
    ConfigurationError where the bucket refuses us.
    """
    if source.startswith(BUCKET):
        with refusals_named():
            objects = objects_in(services.store, source.removeprefix(BUCKET).strip("/"))
        yield objects
    elif is_feed(source):
        yield from _pages(source, place)
    elif Path(source).is_file():
        yield articles_in(Path(source))
    else:
        yield files_in(Path(source))


def _pages(address: str, place: str) -> Iterator[Listing]:
    url, seen, distinct = address, set[str](), DistinctItems(address)
    while url not in seen:
        if len(seen) == _MAX_PAGES:
            raise SourceError(f"the feed has more than {_MAX_PAGES} pages: the rest is left out")
        seen.add(url)
        page = fetch_page(len(seen), url, address, place)
        try:
            feed = parse_feed(page.body, page.content_type)
        except InvalidInput as error:
            raise InvalidInput(f"SOURCE: page {len(seen)} of the feed cannot be read: {error}") from None
        yield Listing(distinct.page(feed.items), passed_over=feed.passed_over)
        if feed.problem:
            raise SourceError(f"page {len(seen)} of the feed: {feed.problem}")
        url = next_page(url, feed.next_url) if feed.next_url else url
