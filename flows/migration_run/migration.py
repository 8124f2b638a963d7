"""One migration: a survey of the source, then its addresses, a batch at a time, and what is left for people.

    source -> records -> survey (counts, what is new) -> batches -> move_pictures -> state, journal -> map, copies

Nothing piles up: the source is read again for each step, and the next batch when there is a place for it.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger

from blocks.migration.article_move import ArticleMove, ArticleMover
from blocks.migration.journal import Journal
from blocks.migration.moving import Link, Mover
from blocks.migration.sources.opening import opened_source
from blocks.migration.sources.source import Unread
from blocks.migration.state import State
from blocks.network.addresses import HostRules, vendor_at
from blocks.network.host_pace import HostPace
from blocks.publishing.migration_artifacts import MigrationProgress
from blocks.run import Run
from blocks.storage.errors import refusals_named
from flows.migration_run.links import Linked, LinkedRecords
from flows.migration_run.output import Rewriter, write_copies, write_map
from imaging.errors import StorageError
from imaging.makers import Provider
from imaging.migration.addresses import Picks
from imaging.migration.report import MAX_LISTED, STATUSES, MigrationReport, Outcome, Trouble, shown
from imaging.sanitizing.quoting import without_query
from tasks.migration import Remaking, move_pictures

AT_ONCE = 8  # batches side by side
_BATCH = 200  # addresses; a task run each, and the API keeps all of them
_PASSED_OVER = 20  # hosts that the report names
_BATCH_LENGTH = 2_000_000  # characters of addresses and articles: data URLs are long


@dataclass(frozen=True, slots=True)
class MigrationTerms:
    """Options of a migration. `recheck`: dead and refused addresses are asked again. `made_by`: of unknown pictures."""

    dry_run: bool = False
    remake: bool = False
    recheck: bool = False
    map_file: str | None = None
    rewrite_dir: str | None = None
    table: str | None = None
    column: str | None = None
    made_by: Provider = "unknown"


@dataclass(slots=True)
class Migration:
    """A migration of one source. `remaking`: how dead pictures are made again, if they are."""

    run: Run
    records: LinkedRecords
    state: State = field(repr=False)
    journal: Journal = field(repr=False)
    mover: ArticleMover
    terms: MigrationTerms
    report: MigrationReport
    remaking: Remaking | None = None
    _taken: set[tuple[str, str]] = field(default_factory=set)
    _tenants: dict[str, None] = field(default_factory=dict)

    def carry_out(self) -> MigrationReport:
        """Move what is not moved yet, and return the report. Raises InvalidInput, ConfigurationError, StorageError."""
        progress = MigrationProgress(self.report)
        self._survey()
        try:
            self._move(progress)
        finally:
            self._write_journal()
        self._conclude()
        progress.show(self.report, self.state.seen(), last=True)
        return self.report

    def _survey(self) -> None:
        """Read the whole source once: what cannot be read is known before anything is fetched."""
        articles, problems = 0, list[str]()
        for linked in self.records:
            if isinstance(linked, Unread):
                problems.append(str(linked))
                continue
            articles += 1
            user_id = linked.article.user_id
            self._meet(user_id)
            self.state.see((user_id, link.address, shown(link.address), linked.where(link)) for link in linked.links)
        more = [f"and {len(problems) - MAX_LISTED:,} more"] if len(problems) > MAX_LISTED else []
        passed = dict(self.records.passed_over.most_common(_PASSED_OVER))
        read = {"articles": articles, "problems": problems[:MAX_LISTED] + more, "passed_over": passed}
        self.report = self.report.model_copy(update=read)
        get_run_logger().info("%d addresses in %d records", self.state.seen(), articles)

    def _meet(self, user_id: str) -> None:
        if user_id not in self._tenants:
            with refusals_named():
                self.journal.meet(user_id)
            self._tenants[user_id] = None

    def _move(self, progress: MigrationProgress) -> None:
        waiting: deque[tuple[PrefectFuture[float], list[ArticleMove]]] = deque()
        for number, moves in enumerate(self._batches(), 1):
            name = f"batch {number}: {moves[0].where}"[:200]
            waiting.append((move_pictures.submit(name, moves, self.mover, self.remaking), moves))
            while len(waiting) >= 2 * AT_ONCE:
                self._end(*waiting.popleft(), progress)
            if self.run.in_flight.closed:
                break
        while waiting:
            self._end(*waiting.popleft(), progress)

    def _end(self, future: PrefectFuture[float], moves: list[ArticleMove], progress: MigrationProgress) -> None:
        """Wait for a batch. Raises ConfigurationError: the next one would meet the same."""
        cost_usd = future.result()
        for move in moves:
            self._taken -= {(move.article.user_id, link.address) for link in move.may_be_dead}
        self.report = self.report.model_copy(update={"cost_usd": round(self.report.cost_usd + cost_usd, 6)})
        if not self.terms.dry_run:
            self.journal.write_now_and_then()
        if progress.is_due:
            self.report = self.report.model_copy(update={"counts": self.state.counts()})
            progress.show(self.report, self.state.seen())

    def _batches(self) -> Iterator[list[ArticleMove]]:
        """Yield what is to be done, some addresses at a time."""
        batch: list[ArticleMove] = []
        for linked in self.records:
            if isinstance(linked, Linked) and (move := self._move_of(linked)):
                batch.append(move)
                if sum(len(one.may_be_dead) for one in batch) >= _BATCH or sum(map(_length, batch)) > _BATCH_LENGTH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def _move_of(self, linked: Linked) -> ArticleMove | None:
        """Return what is to be done for a record, without what is done, or under way for another one."""
        user_id, due, dead = linked.article.user_id, list[Link](), list[Link]()
        for link in linked.links:
            if (user_id, link.address) in self._taken:
                continue
            known = self.state.find(user_id, link.address)
            if known is None or known.status == "later" or (self.terms.recheck and self._is_to_be_asked_again(known)):
                due.append(link)
            elif known.status == "dead" and self.remaking:
                dead.append(link)
        if not due and not dead:
            return None
        move = ArticleMove(linked.article, due, dead, linked.slug, linked.record.where)
        self._taken |= {(user_id, link.address) for link in move.may_be_dead}
        return move

    def _is_to_be_asked_again(self, known: Outcome) -> bool:
        """Return whether an address was dead or refused, or its picture is no longer in the bucket."""
        with suppress(StorageError):
            return known.key is None or self.run.services.store.metadata(known.key) is None
        return False

    def _write_journal(self) -> None:
        try:
            if not self.terms.dry_run:
                self.journal.write()
        except StorageError as error:
            problem = f"what is done is noted on this machine alone, until the next run: {error}"
            self.report = self.report.model_copy(update={"problems": [*self.report.problems, problem]})

    def _conclude(self) -> None:
        """Count, and write map and copies."""
        counts = self.state.counts()
        counts["later"] = counts.get("later", 0) + self.state.seen() - sum(counts.values())
        trouble = [
            Trouble(old=one.old, status=one.status, where=one.where, why=one.why)
            for one in self.state.trouble(MAX_LISTED)
        ]
        whole = dict.fromkeys(STATUSES, 0) | counts
        self.report = self.report.model_copy(update={"counts": whole, "trouble": trouble})
        terms = self.terms
        if terms.rewrite_dir and not terms.dry_run:
            rewriter = Rewriter(self.records, self.state, list(self._tenants))
            written, problems = write_copies(self.records, Path(terms.rewrite_dir), rewriter)
            self.report = self.report.model_copy(update={"problems": [*self.report.problems, *problems]})
            get_run_logger().info("%d rewritten copies in %s", written, terms.rewrite_dir)
        if terms.map_file:
            path = Path(terms.map_file)
            write_map(path, self.records, self.state, self.report, table=terms.table, column=terms.column)


def _length(move: ArticleMove) -> int:
    return len(move.article.body) + sum(len(link.address) for link in move.may_be_dead)


def migration_of(
    run: Run, source: str, user_id: str | None, terms: MigrationTerms, *, state: State, run_id: str
) -> Migration:
    """Return the migration of a source, as `checked_old_source` returns it."""
    services = run.services
    settings, ours = services.settings, services.store.key_of
    rules = HostRules.parse(settings.images_download_hosts)
    picks = Picks(rules.allows, lambda url: vendor_at(url) is not None, lambda url: ours(url) is not None)
    pace = HostPace(settings.images_host_pace, settings.images_retry_seconds, run.in_flight.pause)
    mover = Mover(pace, settings.data_dir.kept_pictures, terms.made_by)
    return Migration(
        run,
        LinkedRecords(opened_source(source, services.manifests), source, user_id, picks),
        state,
        Journal(state, services.store, run_id),
        ArticleMover(mover, state, terms.dry_run),
        terms,
        MigrationReport(source=without_query(source), user_id=user_id, dry_run=terms.dry_run),
    )
