"""Distinguishing feed items that share an id or address, and refusing those that cannot be distinguished."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from blocks.sources.feed_items import FeedItem
from imaging.articles.files.reading import Reading
from imaging.articles.origin import url_key
from imaging.articles.sources import is_feed
from imaging.backlog import Entry
from imaging.errors import InvalidInput
from imaging.sanitizing.quoting import without_query


@dataclass(frozen=True, slots=True)
class Twin:
    """An item that differs from an earlier one in its text alone, and would share its folder."""

    item: FeedItem
    number: int

    @property
    def key(self) -> str:
        """The item's key with its number."""
        return f"{self.item.key} ({self.number})"

    def fingerprint(self) -> str:
        """Return a hash of the item."""
        return self.item.fingerprint()

    def read(self) -> Reading:
        """Raise InvalidInput, as the two would overwrite each other's pictures."""
        title = self.item.title.title()[:80]
        raise InvalidInput(f"id: another item has the same id, address and title ({title}): give each item its own id")


class DistinctItems:
    """The items of the feed at `address`, page by page, each with a unique identity."""

    def __init__(self, address: str) -> None:
        self._source = without_query(address)
        self._seen: dict[str, str] = {}  # by key: the fingerprint of the first item
        self._twins: Counter[str] = Counter()

    def page(self, items: Sequence[FeedItem]) -> list[Entry]:
        """Return the entries of the next page, without items that an earlier page had too."""
        return list(self._entries(self._without_shared(items)))

    def _without_shared(self, items: Sequence[FeedItem]) -> Iterator[FeedItem]:
        shared = self._shared(items, "identity"), self._shared(items, "link")
        for item in items:
            identity = "" if item.identity in shared[0] or _is_home_page(item.identity) else item.identity
            link = "" if item.link in shared[1] or _is_home_page(item.link) else item.link
            yield replace(item, identity=identity, link=link, source=self._source)

    def _shared(self, items: Sequence[FeedItem], field: str) -> set[str]:
        """Return the values of this field that several different items share, on this page or across pages."""
        prints: dict[str, set[str]] = {}
        for item in items:
            if name := str(getattr(item, field)):
                first = self._seen.setdefault(f"{field} {name}", item.fingerprint())
                prints.setdefault(name, {first}).add(item.fingerprint())
        return {name for name, different in prints.items() if len(different) > 1}

    def _entries(self, items: Iterator[FeedItem]) -> Iterator[Entry]:
        for item in items:
            first = self._seen.setdefault(item.key, item.fingerprint())
            self._twins[item.key] += 1
            if self._twins[item.key] == 1:
                yield item
            elif item.fingerprint() != first:
                yield Twin(item, self._twins[item.key])


def _is_home_page(address: str) -> bool:
    return is_feed(address) and not url_key(address)
