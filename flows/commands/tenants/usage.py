"""The command `usage`: measures what tenants store and spend, and prints it. Writes nothing."""

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from blocks.configuration.settings import load_settings
from blocks.observability.terminal import line
from blocks.run import begun_run
from blocks.usage.measurement import measured_usage
from flows.commands.output.status_line import show_status
from flows.commands.prefect_api import prefect_api
from imaging.errors import InvalidInput
from imaging.pages.usage import readable_bytes
from imaging.text.counting import number_of
from imaging.usage.month import chosen_month
from imaging.usage.report import TenantUsage, UsageReport

_WIDE = 1000  # columns: keeps a row on one line in a pipe


def measure_usage(user_id: str | None, month: str | None) -> UsageReport:
    """Return the report on a month. Raises InvalidInput, ConfigurationError and StorageError."""
    try:
        chosen = chosen_month(month, datetime.now(UTC))
    except InvalidInput as error:
        raise InvalidInput(f"--{error}") from None
    load_settings()  # fail before starting a server
    with prefect_api(), begun_run() as run:

        def show(number: int) -> None:
            show_status(f"{number:,} objects listed")

        with measured_usage(run.services, chosen, user_id, show) as measurement:
            return measurement.report


def print_usage(report: UsageReport) -> None:
    """Print a table of tenants, the sums, and what is wrong."""
    console = Console()
    wide = console if console.is_terminal else Console(width=_WIDE)
    total = TenantUsage(user_id="all", **report.total.model_dump())
    shown = [*report.tenants, total] if len(report.tenants) != 1 else report.tenants
    wide.print(_table(shown))
    console.print(f"\n{report.month}, as of {report.as_of}", highlight=False)
    for model, usd in report.total.spend_by_model.items():
        console.print(line(f"  {model}: {usd:.3f} USD"))
    for kind, number in report.total.images.items():
        made = report.total.made.get(kind, 0)
        console.print(line(f"  {kind}: {number_of(number, 'image')}, {made} of them of this month"))
    if report.others and report.others.objects:
        others = report.others
        console.print(f"  {others.objects} objects ({readable_bytes(others.bytes)}) are no tenant's", highlight=False)
    for problem in (*report.problems, *_full(report)):
        console.print(line(f"  ! {problem}", "yellow"))


def _table(tenants: list[TenantUsage]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("tenant", overflow="fold")
    amounts, costs = ("articles", "images", "objects", "stored", "old"), ("spent USD", "storage USD")
    for heading in (*amounts, *costs, "orphans", "missing", "twice"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in tenants:
        counts = (one.articles, sum(one.images.values()), one.objects)
        sizes = (readable_bytes(one.bytes), readable_bytes(one.bytes_old_versions))
        usd = (f"{one.spend_usd:.3f}", f"{one.storage_usd:.4f}")
        found = (one.orphans, one.missing, one.duplicates)
        table.add_row(line(one.user_id), *map(str, (*counts, *sizes, *usd, *found)))
    return table


def _full(report: UsageReport) -> list[str]:
    return [
        f"{tenant.user_id}: {measure} {standing.used:g} of {standing.limit:g} ({standing.level})"
        for tenant in report.tenants
        if tenant.quota
        for measure, standing in tenant.quota.each()
        if standing.level != "ok"
    ]
