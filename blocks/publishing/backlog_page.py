"""The page that leads to the galleries of a backlog's articles, below `IMAGES_DATA_DIR` of the machine of its run."""

from collections import Counter
from pathlib import Path

from prefect.logging import get_run_logger

from blocks.records.backlog_index import Done
from blocks.services import Services
from blocks.storage.local_files import file_of
from blocks.storage.private_files import write_private
from imaging.backlog import Outcome, SourceReport
from imaging.names import keys
from imaging.pages.gallery_index import IndexEntry, index_page
from imaging.slug import short_hash

_MOST = 1000  # articles of each outcome: a page of more does not open, and a backlog may have a million


class GalleryIndex:
    """Collects the articles of one source. `place`: where the source's records are; `shard`: the part that is run."""

    def __init__(self, services: Services, place: str, shard: int | None) -> None:
        self._services = services
        self._data_dir = services.settings.data_dir
        part = "" if shard is None else f"-{shard}"
        self._path = self._data_dir.gallery / f"backlog-{short_hash(place, 16)}{part}.html"
        self._entries: list[IndexEntry] = []
        self._counts = Counter[str]()  # of all articles, by outcome

    def add(self, key: str, outcome: Outcome) -> None:
        """Note an article that was run, or could not be."""
        if self._has_room(outcome.came):
            self._entries.append(
                IndexEntry(
                    key=key,
                    came=outcome.came,
                    title=outcome.topic,
                    why=outcome.short_why,
                    gallery=self._gallery(outcome.user_id, outcome.slug) if outcome.slug else None,
                    picture=self._address(outcome.picture) if outcome.picture else None,
                    run=outcome.run_url,
                )
            )

    def add_done(self, key: str, done: Done) -> None:
        """Note an article that was done before: its slug says more of it than a feed's id does."""
        if self._has_room("done before"):
            picture = self._address(done.picture) if done.picture else None
            gallery = self._gallery(done.user_id, done.slug)
            self._entries.append(IndexEntry(key, "done before", done.slug, gallery=gallery, picture=picture))

    def write(self, report: SourceReport) -> str | None:
        """Write the page and return its path, None if it cannot be written or nothing is on it."""
        if not self._entries:
            return None
        left_out = self._counts.total() - len(self._entries)
        try:
            write_private(self._path, index_page(report, self._entries, left_out).encode())
        except OSError as error:
            get_run_logger().warning("no index of galleries at %s: %s", self._path, error.strerror)
            return None
        return str(self._path)

    def _has_room(self, came: str) -> bool:
        self._counts[came] += 1
        return self._counts[came] <= _MOST

    def _gallery(self, user_id: str, slug: str) -> str:
        """Return the address of an article's page, from the index: on this machine, else in the bucket."""
        page = Path(user_id) / f"{slug}.html"
        is_here = (self._path.parent / page).is_file()
        return page.as_posix() if is_here else self._address(keys.gallery_key(user_id, slug))

    def _address(self, key: str) -> str:
        """Return an object's address: that of its file where it is in the embedded storage."""
        url = self._services.store.url(key)
        file = file_of(url, key, self._data_dir)
        return f"../{file.relative_to(self._data_dir.root).as_posix()}" if file else url
