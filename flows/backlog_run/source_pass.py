"""One pass over a source: runs the articles that are due, several at once, and notes them as done.

    source ──▶ entries ──▶ due (not done, or changed) ──▶ article-images, a run each ──▶ report, index

Nothing piles up: the next article is read when there is a place for it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import cast

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.publishing.backlog_artifacts import SourceProgress, artifact_key
from blocks.publishing.backlog_page import GalleryIndex
from blocks.records.backlog_index import Done, Index, slice_of
from blocks.records.claims import remember
from blocks.services import Services
from blocks.sources.files import Listing
from blocks.storage.errors import refusals_named
from flows.article_run.task_runner import task_runner
from flows.backlog_run.article_calls import ArticleCalls, reason_of
from flows.backlog_run.articles import articles_of
from flows.backlog_run.places import Places, SharedThreads
from flows.lifecycle.worker_thread import WorkerThread
from imaging.articles.article import Article
from imaging.articles.language import in_source_language
from imaging.backlog import Entry, Outcome, SourceReport, for_tenant, nothing_found
from imaging.errors import ConfigurationError, ImagesError, InvalidInput, PassedOver, SourceError, StorageError
from imaging.kinds import Kind
from imaging.names import lock_names
from imaging.sanitizing.quoting import without_query


@dataclass(frozen=True, slots=True)
class BacklogTerms:
    """Options of a pass over a backlog. `shard`, from 1 to `shards`, is the part of the articles to take; None: all.

    `at_once`: as in `Places`. `recheck`: what is done is run all the same.
    """

    at_once: int = 0
    shards: int = 1
    shard: int | None = None
    only: tuple[Kind, ...] = ()
    recheck: bool = False

    def takes(self, key: str) -> bool:
        """Return whether the article is in this shard."""
        return self.shard is None or slice_of(key) % self.shards == self.shard - 1


@dataclass(frozen=True, slots=True)
class Due:
    """An article that is to be run, and what it was when it was read."""

    key: str
    fingerprint: str
    article: Article

    @property
    def article_id(self) -> str:
        """The article's id among all tenants; empty where it has none."""
        return f"{self.article.user_id} {self.article.article_id}" if self.article.article_id else ""

    def done(self, outcome: Outcome) -> Done:
        """Return what is written down of it once it is done."""
        user_id, picture = self.article.user_id, outcome.picture
        return Done(self.fingerprint, outcome.came, outcome.slug, self.article_id, user_id, picture)


class SourcePass:
    """One pass over one source. `place` is where its records are kept. `language`: that of articles that name none."""

    def __init__(
        self,
        services: Services,
        source: str,
        user_id: str | None,
        terms: BacklogTerms,
        place: str,
        *,
        language: str | None = None,
    ) -> None:
        self.services = services
        self.source = source
        self.terms = terms
        self.place = place
        self.language = language
        self.report = SourceReport(source=without_query(source), user_id=user_id)
        self._records = services.records(bucket_answers=True)
        self._index = Index(self._records, place)
        self._galleries = GalleryIndex(services, place, terms.shard)
        self._found = 0
        self._keys: dict[int, set[str]] = defaultdict(set)
        self._owners: dict[str, str] = {}  # by article_id: the key of the article that has it
        self._unread: ImagesError | None = None
        self._refused: ConfigurationError | None = None
        # IMAGES_CONCURRENCY is for the whole process, so the articles share it.
        self._places = Places(services.settings.images_concurrency, terms.at_once)
        runner = task_runner(services.settings.images_task_runner, SharedThreads(self._places))
        self._calls = ArticleCalls(terms.only, runner)

    async def run(self) -> SourceReport:
        """Make what is due. One bad article never stops the others.

        Raises InvalidInput, SourceError or StorageError where nothing of the source can be read, ConfigurationError
        where no article could be made.
        """
        with WorkerThread() as self._thread, self._places, ExitStack() as held:
            # Two backlogs over the same articles would do no harm, but each would forget what the other has done.
            lock = one_at_a_time(lock_names.backlog_lock(self.place, self.terms.shard), self.services.locks)
            await self._thread(held.enter_context, lock)
            held.callback(self._save, self._index.save)  # however this ends
            try:
                await self._thread(self._begin)
                await asyncio.gather(*(self._work() for _ in range(self._places.most_articles)))
                await self._thread(self._end)
            finally:
                await self._thread(held.close)
        if self._refused or (self._unread and not self.report.articles):
            raise cast(ImagesError, self._refused or self._unread)
        return self.report

    def _begin(self) -> None:
        key = artifact_key("progress", self.place, str(self.terms.shard))
        self._progress = SourceProgress(key, self.report.source)
        self._due = self._read()

    async def _work(self) -> None:
        try:
            while True:
                async with self._places.article():
                    if self._refused or (due := await self._thread(next, self._due, None)) is None:
                        return
                    self._progress.begin(due.key, self.report, self._found)
                    await self._thread(self._note, due, await self._calls.make(due.article))
        except ConfigurationError as refused:  # the bucket or a token: the next article would meet the same
            self._refused = refused

    def _read(self) -> Iterator[Due]:
        """Yield what is due, and count the rest."""
        try:
            empty = True
            for page in articles_of(self.source, self.services, self.place):
                self._note_left_out(page)
                self._note_owners(page.entries)
                empty = empty and not page.entries
                mine = [entry for entry in page.entries if self._is_new(entry.key)]
                self._found += len(mine)
                for entry in mine:
                    if due := self._if_due(entry):
                        yield due
            if empty:  # not only of this shard: a name that is spelled wrong is as empty as a folder that nobody fills
                self.report = self.report.plus_problem(nothing_found(self.report))
            self._index.forget_others(self._keys)
        except (InvalidInput, SourceError, StorageError) as error:
            self._unread = error
            self.report = self.report.plus_problem(str(error))

    def _note_left_out(self, page: Listing) -> None:
        self.report = self.report.plus_unread(page.unread)
        if self.terms.shard in {None, 1}:  # each shard lists the whole source
            self.report = self.report.plus_passed_over(page.passed_over.values())

    def _is_new(self, key: str) -> bool:
        """Return whether the article is ours, and was not met before: pages of a feed may overlap."""
        keys = self._keys[slice_of(key)]
        if key in keys or not self.terms.takes(key):
            return False
        keys.add(key)
        return True

    def _if_due(self, entry: Entry) -> Due | None:
        try:
            # Another language of the source is a change of its articles.
            fingerprint = " ".join(filter(None, (entry.fingerprint(), self.language)))
            if done := self._done(entry.key, fingerprint):
                self.report = self.report.plus_done()
                self._galleries.add_done(entry.key, done)
                self._progress.show(self.report, self._found)
                return None
            with refusals_named():
                reading = entry.read()
            if reading.unpublished:
                raise PassedOver(reading.unpublished)
            self.report = self.report.plus_unused(reading.passed_over)
            article = in_source_language(reading.article, self.language)
            return self._as_due(entry.key, fingerprint, for_tenant(article, self.report.user_id))
        except ConfigurationError:
            raise
        except PassedOver as passed:
            self._found -= 1
            self.report = self.report.plus_passed_over([str(passed)])
            return None
        except Exception as error:  # noqa: BLE001 - a reader's bug in one article must not lose the others
            self._count(entry.key, Outcome(came="failed", why=reason_of(error)))
            return None

    def _note_owners(self, entries: Sequence[Entry]) -> None:
        """Note which of these articles have an id, so that another one with the same is not made over them."""
        for entry in entries:
            if (known := self._index.find(entry.key)) and known.article_id:
                self._owners.setdefault(known.article_id, entry.key)

    def _as_due(self, key: str, fingerprint: str, article: Article) -> Due:
        due = Due(key, fingerprint, article)
        if due.article_id and (owner := self._owners.setdefault(due.article_id, key)) != key:
            raise InvalidInput(f"article_id: {owner} has the same one; give each article its own")
        if known := self._index.find(key):
            with suppress(StorageError):  # then its run says so
                remember(self.services.store, article, known.slug)
        return due

    def _done(self, key: str, fingerprint: str) -> Done | None:
        """Return what is known of an article that is not run, None for one that is."""
        known = self._index.find(key)
        return known if known and known[:2] == (fingerprint, "complete") and not self.terms.recheck else None

    def _note(self, due: Due, outcome: Outcome) -> None:
        self._count(due.key, outcome)
        if outcome.came != "failed":
            self._index.note(due.key, due.done(outcome))
        self._save(self._index.save_now_and_then)

    def _count(self, key: str, outcome: Outcome) -> None:
        self.report = self.report.plus(key, outcome)
        self._galleries.add(key, outcome)
        self._progress.log(key, outcome)
        self._progress.show(self.report, self._found)

    def _end(self) -> None:
        self._save(self._index.save)
        if trouble := self._records.trouble:
            self.report = self.report.plus_problem(f"what is done was written down on this machine alone: {trouble}")
        self.report = self.report.model_copy(update={"index_page": self._galleries.write(self.report)})
        self._progress.show(self.report, self._found, last=True)

    def _save(self, save: Callable[[], None]) -> None:
        try:
            save()
        except OSError as error:
            problem = f"what is done could not be written down: {error.strerror}"
            self.report = self.report.plus_problem(problem)
