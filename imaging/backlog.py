"""The entries of a backlog's sources, and reports on their runs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, computed_field

from imaging.articles.article import Article
from imaging.articles.files.reading import Reading
from imaging.errors import InvalidInput
from imaging.sanitizing.printable import printable, printable_name
from imaging.text.counting import number_of

MAX_LISTED = 100  # articles that a source's report names
_MAX_WHY = 300  # characters
_MAX_KINDS = 8  # file suffixes listed in a line

Came = Literal["complete", "degraded", "failed"]


class Entry(Protocol):
    """An article of a source, not read yet."""

    @property
    def key(self) -> str:
        """The article's key: unique within the source, and permanent."""

    def fingerprint(self) -> str:
        """Return a value that changes with the article. Raises InvalidInput or StorageError."""

    def read(self) -> Reading:
        """Read the article. Raises InvalidInput or StorageError, and PassedOver for what is no article."""


def for_tenant(article: Article, user_id: str | None) -> Article:
    """Return the article assigned to the tenant who owns its source; unchanged if `user_id` is None.

    Raises InvalidInput if the article names another tenant.
    """
    if user_id is None:
        return article
    if "user_id" in article.model_fields_set and article.user_id != user_id:
        raise InvalidInput(f"user_id: names {article.user_id}, but the source is {user_id}'s")
    return article.model_copy(update={"user_id": user_id})


class Outcome(BaseModel):
    """The result of one article's run. `why`: what is missing or went wrong; empty for a complete one.

    `picture`: the key of its hero in the smallest size, if it has one. `painted`: whether some are by the painter.
    """

    model_config = ConfigDict(frozen=True)

    came: Came
    user_id: str = ""
    slug: str = ""
    topic: str = ""
    picture: str | None = None
    painted: bool = False
    cost_usd: float = 0.0
    why: str = ""
    flow_run_id: str | None = None
    run_url: str | None = None

    @property
    def short_why(self) -> str:
        """The reason as it is listed."""
        return printable(self.why)[:_MAX_WHY]


class Trouble(BaseModel):
    """An article that is not complete. `run_url`: its run in the UI."""

    model_config = ConfigDict(frozen=True)

    key: str
    came: Came
    why: str
    flow_run_id: str | None = None
    run_url: str | None = None


class Counts(BaseModel):
    """Numbers of articles by result. `done_before`: complete since an earlier run, and unchanged."""

    model_config = ConfigDict(frozen=True)

    complete: int = 0
    degraded: int = 0
    failed: int = 0
    done_before: int = 0
    cost_usd: float = 0.0

    @property
    def articles(self) -> int:
        """The number of all articles."""
        return self.complete + self.degraded + self.failed + self.done_before

    def __str__(self) -> str:
        counts = {
            "complete": self.complete,
            "done before": self.done_before,
            "degraded": self.degraded,
            "failed": self.failed,
        }
        came = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "none"
        articles = number_of(self.articles, "article")
        return f"{articles}: {came}; {self.cost_usd:.3f} USD"


class SourceReport(Counts):
    """The report on one source. `trouble` lists the first articles that are not complete.

    `problems`: those of the source itself, such as a page that could not be read. `unread`: the numbers of files that
    are not read as articles, by suffix. `passed_over`: those of documents and folders that are no articles, or not
    public, by reason. `unused_fields`: how many articles have fields that mean nothing here, by their names.
    `index_page`: the path of the page that leads to all galleries, on the machine of the run. `painted`: how many of
    those that were run have pictures by the offline painter.
    """

    source: str
    user_id: str | None = None
    trouble: list[Trouble] = []
    problems: list[str] = []
    unread: dict[str, int] = {}
    passed_over: dict[str, int] = {}
    unused_fields: dict[str, int] = {}
    index_page: str | None = None
    painted: int = 0

    def plus(self, key: str, outcome: Outcome) -> "SourceReport":
        """Return the report with one more article."""
        changes: dict[str, object] = {
            outcome.came: getattr(self, outcome.came) + 1,
            "cost_usd": round(self.cost_usd + outcome.cost_usd, 6),
            "painted": self.painted + outcome.painted,
        }
        if outcome.came != "complete" and len(self.trouble) < MAX_LISTED:
            trouble = Trouble(
                key=printable(key)[:_MAX_WHY],
                came=outcome.came,
                why=outcome.short_why,
                flow_run_id=outcome.flow_run_id,
                run_url=outcome.run_url,
            )
            changes["trouble"] = [*self.trouble, trouble]
        return self.model_copy(update=changes)

    def plus_done(self) -> "SourceReport":
        """Return the report with one more article that was done before."""
        return self.model_copy(update={"done_before": self.done_before + 1})

    def plus_problem(self, problem: str) -> "SourceReport":
        """Return the report with one more problem, without duplicates."""
        return self if problem in self.problems else self.model_copy(update={"problems": [*self.problems, problem]})

    def plus_unread(self, unread: Mapping[str, int]) -> "SourceReport":
        """Return the report with these numbers of files that are not read."""
        return self.model_copy(update={"unread": self.unread | dict(unread)})

    def plus_passed_over(self, reasons: Iterable[str]) -> "SourceReport":
        """Return the report with documents that were passed over for these reasons."""
        return self.model_copy(update={"passed_over": _added(self.passed_over, Counter(reasons))})

    def plus_unused(self, names: Iterable[str]) -> "SourceReport":
        """Return the report with an article's fields that mean nothing here."""
        counts = _added(self.unused_fields, Counter(map(printable_name, names)))
        return self.model_copy(update={"unused_fields": dict(list(counts.items())[:MAX_LISTED])})

    @property
    def passed_over_summary(self) -> str:
        """What was passed over, in words for users: `3 draft, 1 hidden`; empty if there is nothing."""
        return ", ".join(f"{count} {why}" for why, count in self.passed_over.items())

    @property
    def unread_summary(self) -> str:
        """The files that are not read, in words for users: `3 .rst, 1 .txt`; empty if there are none."""
        kinds = [f"{count} {suffix}" for suffix, count in self.unread.items()]
        more = [f"{len(kinds) - _MAX_KINDS} kinds more"] if len(kinds) > _MAX_KINDS else []
        return ", ".join([*kinds[:_MAX_KINDS], *more])

    def merged(self, other: "SourceReport") -> "SourceReport":
        """Return one report for two shards of the same source."""
        lists: dict[str, object] = {
            "trouble": [*self.trouble, *other.trouble][:MAX_LISTED],
            "problems": list(dict.fromkeys([*self.problems, *other.problems])),
            "index_page": None,  # each shard has its own
            "painted": self.painted + other.painted,
            "unread": self.unread | other.unread,  # each shard has listed the whole source
            "passed_over": _added(self.passed_over, other.passed_over),
            "unused_fields": _added(self.unused_fields, other.unused_fields),
        }
        return self.model_copy(update=summed([self, other]).model_dump() | lists)


def _added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) + more.get(name, 0) for name in dict.fromkeys([*counts, *more])}


def nothing_found(report: SourceReport) -> str:
    """Return the problem to report for a source without articles, which may be misspelt."""
    others = f"; not read: {report.unread_summary}" if report.unread else ""
    others += f"; passed over: {report.passed_over_summary}" if report.passed_over else ""
    return f"no article found: is {report.source} the right place?{others}"


class BacklogReport(Counts):
    """The report on a backlog: sums, and a report for each source. `problems`: those that concern no source."""

    sources: list[SourceReport] = []
    problems: list[str] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> Literal["complete", "degraded"]:
        """`complete` if every article is, and every source was read and has articles."""
        troubled = self.degraded or self.failed or self.problems or any(source.problems for source in self.sources)
        return "degraded" if troubled else "complete"


def backlog_report(sources: Iterable[SourceReport], problems: Iterable[str] = ()) -> BacklogReport:
    """Return the report on all sources; the reports of several shards on the same source are merged."""
    merged: dict[tuple[str, str | None], SourceReport] = {}
    for report in sources:
        place = report.source, report.user_id
        merged[place] = merged[place].merged(report) if place in merged else report
    reports = list(merged.values())
    return BacklogReport(**summed(reports).model_dump(), sources=reports, problems=list(problems))


def summed(counts: Sequence[Counts]) -> Counts:
    """Return the sums of all counts."""
    return Counts(
        complete=sum(one.complete for one in counts),
        degraded=sum(one.degraded for one in counts),
        failed=sum(one.failed for one in counts),
        done_before=sum(one.done_before for one in counts),
        cost_usd=round(sum(one.cost_usd for one in counts), 6),
    )
