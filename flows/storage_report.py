"""The flow `storage-report`: what each tenant stores, has made and spent in a month, and how near its quotas it is.

One LIST of the bucket and one read of each manifest. Written as JSON, CSV and Parquet below `_reports/`, and shown as
artifacts. Needs what `article-images` needs; quotas are in the Prefect variable `images_quotas`.
"""

from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from pydantic import Field, WithJsonSchema

from blocks.observability.log import PROGRESS
from blocks.publishing.usage_artifacts import show_usage
from blocks.records.monthly_spend import MonthlySpend
from blocks.run import begun_run
from blocks.services import Services
from blocks.usage.files import write_reports
from blocks.usage.measurement import measured_usage
from blocks.usage.quota_events import announce_quotas
from blocks.usage.stored_bytes import StoredBytes
from flows.lifecycle.heartbeat import heartbeats
from flows.lifecycle.observed import observed
from flows.lifecycle.stopping import stops_politely
from imaging.names import keys
from imaging.usage.month import MONTH, chosen_month, month_of
from imaging.usage.report import UsageReport
from imaging.validation import USER_ID, labelled

observed()

_LOGGED = 50_000  # objects between two lines of the log


# Empty is what an untouched form has. None is the same, and not in the schema, as its fields had to be switched on.
_EMPTY_OR_MONTH = MONTH.replace("^(", "^(|")
_EMPTY_OR_ID = rf"^(|{USER_ID.strip('^$')})$"
_Month = Annotated[
    str | None, Field(pattern=_EMPTY_OR_MONTH), WithJsonSchema({"type": "string", "pattern": _EMPTY_OR_MONTH})
]
_Tenant = Annotated[
    str | None, Field(pattern=_EMPTY_OR_ID), WithJsonSchema({"type": "string", "pattern": _EMPTY_OR_ID})
]


def run_name() -> str:
    """Runs are named for tenant and month."""
    parameters = flow_run.parameters
    return f"{parameters.get('user_id') or 'all tenants'}, {parameters.get('month') or 'this month'}"


@flow(name="storage-report", flow_run_name=run_name, persist_result=True, result_serializer="json")
def storage_report(
    month: Annotated[_Month, labelled("Month")] = "",
    user_id: Annotated[_Tenant, labelled("Tenant")] = "",
) -> UsageReport:
    """Measure what tenants store, have made and spent in a month, and write the reports.

    Args:
        month: YYYY-MM, or last for the one before the current one. Empty: the current one, up to now. By UTC.
        user_id: The one tenant to report on. Empty: all.

    Raises InvalidInput for a month to come or an unknown tenant, StorageError where the bucket is away.
    """
    with stops_politely() as stop, begun_run() as run, heartbeats():
        stop.use(run)
        now, user_id = datetime.now(UTC), user_id or None
        chosen = chosen_month(month or None, now)
        with measured_usage(run.services, chosen, user_id, _log_listed) as measurement:
            report = measurement.report
            written = write_reports(run.services.store, measurement, whole=user_id is None)
        for problem in report.problems:
            get_run_logger().warning("%s", problem)
        suffixes = ("json", "csv", "parquet", "findings.csv", "findings.parquet")
        show_usage(report, user_id, [keys.report_key(user_id, report.month, suffix) for suffix in suffixes])
        if chosen == month_of(now):
            _hold_against_quotas(run.services, report)
    total = report.total
    get_run_logger().info(
        "%s: %d tenants, %d objects, %.3f USD; %d files written",
        report.month, len(report.tenants), total.objects, total.spend_usd, written,
    )  # fmt: skip
    return report


def _hold_against_quotas(services: Services, report: UsageReport) -> None:
    """Emit the events that are due, and note what tenants store, so that runs need not count it."""
    records = services.records(bucket_answers=True)
    for tenant in report.tenants:
        if tenant.quota is None:
            continue
        if tenant.quota.bytes:
            stored = tenant.bytes + tenant.bytes_old_versions
            StoredBytes(services.store, records, tenant.user_id).note(stored)
        month = MonthlySpend(records, services.locks, tenant.user_id, "", report.month)
        announce_quotas(month, tenant.quota)


def _log_listed(number: int) -> None:
    if number and number % _LOGGED == 0:
        get_run_logger().info("%d objects listed", number, extra={PROGRESS: "objects"})
