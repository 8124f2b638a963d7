"""The records of a source with their articles and the addresses in them that are to be moved."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from blocks.migration.moving import Link
from blocks.migration.sources.source import Source, Unread
from imaging.articles.article import Article
from imaging.articles.origin import Origin
from imaging.articles.sources import BUCKET
from imaging.errors import InvalidInput
from imaging.migration.addresses import Picks
from imaging.migration.record import Record
from imaging.record import NOT_STORED


@dataclass(frozen=True, slots=True)
class Linked:
    """A record with its article and its addresses. `slug`: the article's, where the record names its folder."""

    record: Record
    article: Article
    links: tuple[Link, ...]
    slug: str | None = None

    def where(self, link: Link) -> str:
        """Return the place of one of its addresses, in words for users."""
        return (
            f"{self.record.where}, {link.field}" if self.record.key or ":" in self.record.where else self.record.where
        )


@dataclass(frozen=True, slots=True)
class LinkedRecords:
    """Reads a source for a tenant (None: as each record says). `name`: the source's, as it was given.

    `passed_over`: pictures that are not migrated, by host or kind of data, as of the last reading.
    """

    source: Source
    name: str
    user_id: str | None
    picks: Picks
    passed_over: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Linked | Unread]:
        """Yield the records that have addresses to move, and what cannot be read. Raises as `Source.records`."""
        self.passed_over.clear()
        for record in self.source.records():
            if isinstance(record, Unread):
                yield record
            elif links := self._links(record):
                try:
                    yield Linked(record, self._article(record), links, record.place[1] if record.place else None)
                except InvalidInput as error:
                    yield Unread(record.where, str(error))

    def user_of(self, record: Record) -> str | None:
        """Return whose a record is; None where that cannot be known."""
        try:
            return self._article(record).user_id
        except InvalidInput:
            return None

    def _article(self, record: Record) -> Article:
        if record.place:
            fields = {name: value for name, value in record.fields.items() if value}
            place = {"user_id": record.place[0], "slug": record.place[1]}
            named = Record(record.where, fields | place, {}, record.fallback_topic)
            return named.as_article(self.user_id, Origin())
        source = BUCKET if self.name.startswith(BUCKET) else self.name
        return record.as_article(self.user_id, Origin(source=source, path=record.where.partition(": ")[0]))

    def _links(self, record: Record) -> tuple[Link, ...]:
        entries = {image.url: image for image in record.entries if image.status in NOT_STORED}
        found = record.addresses()
        passed = (self.picks.passes_over(one) for one, _ in found.values())
        self.passed_over.update(name for name in passed if name)
        return tuple(
            Link(one, name, entries.get(address)) for address, (one, name) in found.items() if self.picks.takes(one)
        )
