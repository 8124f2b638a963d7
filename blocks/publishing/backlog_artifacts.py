"""Artifacts of a backlog: progress while it runs, and a summary with links to the runs at its end."""

import time
from contextlib import suppress
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.logging import get_run_logger
from prefect.utilities.urls import url_for

from blocks.observability.log import PROGRESS
from blocks.observability.steps import Step, report_step
from imaging.backlog import BacklogReport, Outcome, SourceReport
from imaging.pages import gallery
from imaging.slug import short_hash

_SHOWN = {PROGRESS: "articles"}
_SECONDS_BETWEEN = 2.0  # two updates of the artifact: ten thousand articles that are done pass in seconds


class SourceProgress:
    """The progress of one source. `key` names the artifact."""

    def __init__(self, key: str, source: str) -> None:
        self._source = source
        self._shown_at = time.monotonic()
        self._under_way: dict[str, None] = {}  # ordered
        artifact = create_progress_artifact(0.0, key=key, description=gallery.literal(source), _sync=True)  # type: ignore[call-arg] # not typed
        self._artifact = cast(UUID, artifact)

    def begin(self, key: str, report: SourceReport, found: int) -> None:
        """Note that an article is run now."""
        self._under_way[key] = None
        self._show_step(report, found)

    def log(self, key: str, outcome: Outcome) -> None:
        """Log the outcome of an article."""
        self._under_way.pop(key, None)
        log = get_run_logger()
        if outcome.came == "complete":
            log.info("%s: complete, %.3f USD", key, outcome.cost_usd, extra=_SHOWN)
        else:
            log.warning("%s: %s: %s", key, outcome.came, outcome.why, extra=_SHOWN)

    def show(self, report: SourceReport, found: int, *, last: bool = False) -> None:
        """Show how far the source is: `found` articles of it are known so far."""
        self._show_step(report, found)
        if not last and time.monotonic() - self._shown_at < _SECONDS_BETWEEN:
            return
        self._shown_at = time.monotonic()
        with suppress(httpx.HTTPError):  # an API that is away for a moment is no reason to end a long backlog
            update_progress_artifact(  # type: ignore[call-arg]
                self._artifact,
                progress=100.0 if last else 100.0 * report.articles / max(found, 1),
                description=f"{gallery.literal(self._source)}: {report.articles} of {found}. {report}",
                _sync=True,
            )

    def _show_step(self, report: SourceReport, found: int) -> None:
        """Without what was done before, which takes no time: what is left would seem to take none."""
        done, total = report.articles - report.done_before, found - report.done_before
        report_step(Step("articles", done, total, report.cost_usd, tuple(self._under_way)))


def show_summary(report: BacklogReport, key: str) -> None:
    """Create the summary in the UI."""
    create_markdown_artifact(  # type: ignore[call-arg]
        gallery.markdown_backlog(report, lambda run: url_for("flow-run", UUID(run)) or ""),
        key=key,
        description=str(report),
        _sync=True,
    )


def artifact_key(purpose: str, *what: str | None) -> str:
    """Return the key of a backlog's artifact: the same for the same sources, so that the UI shows them as a series."""
    return f"backlog-{purpose}-{short_hash('|'.join(map(str, what)))}"
