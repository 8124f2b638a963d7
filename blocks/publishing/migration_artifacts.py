"""Artifacts of a migration: progress while it runs, and a summary at its end."""

import time
from contextlib import suppress
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.logging import get_run_logger

from blocks.observability.log import PROGRESS
from blocks.observability.steps import Step, report_step
from imaging.migration.report import MigrationReport
from imaging.pages import gallery
from imaging.slug import short_hash

_SECONDS_BETWEEN = 2.0  # two updates of the artifact


class MigrationProgress:
    """The progress of one migration."""

    def __init__(self, report: MigrationReport) -> None:
        artifact = create_progress_artifact(  # type: ignore[call-arg] # _sync is not typed
            0.0, key=_key("progress", report), description=gallery.literal(report.source), _sync=True
        )
        self._artifact, self._shown_at = cast(UUID, artifact), time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether there was nothing to see for a while."""
        return time.monotonic() - self._shown_at >= _SECONDS_BETWEEN

    def show(self, report: MigrationReport, addresses: int, *, last: bool = False) -> None:
        """Show how far the migration is: its source has so many `addresses`."""
        self._shown_at = time.monotonic()
        get_run_logger().info("%s", report, extra={PROGRESS: "addresses"})
        report_step(Step("addresses", sum(report.counts.values()), addresses, report.cost_usd))
        with suppress(httpx.HTTPError):  # an API that is away for a moment is no reason to end a long migration
            update_progress_artifact(  # type: ignore[call-arg]
                self._artifact,
                progress=100.0 if last else 100.0 * sum(report.counts.values()) / max(addresses, 1),
                description=f"{gallery.literal(report.source)}: {report} of {addresses:,}",
                _sync=True,
            )


def show_migration(report: MigrationReport) -> None:
    """Create the summary in the UI."""
    create_markdown_artifact(  # type: ignore[call-arg]
        gallery.markdown_migration(report), key=_key("summary", report), description=str(report), _sync=True
    )


def _key(purpose: str, report: MigrationReport) -> str:
    """Return the key of an artifact: the same for the same source, so that the UI shows them as a series."""
    return f"migration-{purpose}-{short_hash(f'{report.source}|{report.user_id}')}"
