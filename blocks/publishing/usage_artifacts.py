"""Artifacts of a report on usage: a summary, a table and a chart."""

from collections.abc import Sequence

from prefect.artifacts import create_image_artifact, create_markdown_artifact, create_table_artifact

from blocks.publishing.artifacts import artifact_place
from imaging.pages.usage import markdown_usage, usage_chart, usage_table
from imaging.usage.report import UsageReport


def show_usage(report: UsageReport, user_id: str | None, files: Sequence[str]) -> None:
    """Create the artifacts of a month's report on a tenant, or on all (None); `files`: the report's keys."""
    place = artifact_place(user_id, report.month) if user_id else report.month
    whose = f"Usage of {user_id} in {report.month}" if user_id else f"Usage in {report.month}"
    create_markdown_artifact(  # type: ignore[call-arg] # _sync is not typed
        markdown_usage(report, files), key=f"usage-report-{place}", description=whose, _sync=True
    )
    create_table_artifact(usage_table(report), key=f"usage-table-{place}", description=whose, _sync=True)  # type: ignore[call-arg]
    create_image_artifact(usage_chart(report), key=f"usage-chart-{place}", description=whose, _sync=True)  # type: ignore[call-arg]
