"""The command `migrate`: runs the flow in this process, and prints its report."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from blocks.configuration.settings import load_settings
from blocks.migration.sources.opening import checked_old_source
from blocks.observability.terminal import line
from flows.commands.output.progress import progress_shown
from flows.commands.output.status_line import line_hidden
from flows.commands.prefect_api import prefect_api
from flows.legacy_migration import legacy_migration
from flows.lifecycle.stop_signals import run_apart
from flows.migration_run.output import checked_output
from imaging.migration.report import STATUSES, MigrationReport

_SHOWN = 20  # addresses that are listed


def run_migration(source: str, user_id: str | None, *, as_json: bool, **options: Any) -> MigrationReport:
    """Run the flow in this process and return its report; with `as_json` print it too, with all links, as JSON.

    `options`: the flow's own. Raises InvalidInput and ConfigurationError.
    """
    load_settings()  # fail before starting a server
    checked_output(checked_old_source(source), options["map_file"], options["rewrite_dir"], options["table"])
    with tempfile.TemporaryDirectory(prefix="article-images-") as folder:
        links = Path(folder) / "links.json" if as_json and options["map_file"] is None else None
        asked = options | ({"map_file": str(links)} if links else {})
        with prefect_api(), progress_shown("addresses", "moving pictures"):
            report = cast(MigrationReport, run_apart(lambda: legacy_migration(source, user_id, **asked)))
        if as_json:
            with line_hidden():
                _print_json(report, links)
    return report


def _print_json(report: MigrationReport, links: Path | None) -> None:
    """Print what the flow has written: a million links pass through no memory. With `--map` they are in that file."""
    if links is None:
        head = report.model_dump_json(include={"status", "cost_usd", "counts"})
        sys.stdout.write(head.removesuffix("}") + ', "links": []}\n')
        return
    with links.open(encoding="utf-8") as file:
        shutil.copyfileobj(file, sys.stdout)


def print_migration(report: MigrationReport, map_file: str | None, rewrite_dir: str | None) -> None:
    """Print the counts, the first addresses that are not moved, and where the results are."""
    console = Console()
    console.print(line(report.source, "bold"), soft_wrap=True)
    counts = Table(box=None, pad_edge=False, header_style="bold")
    for status in STATUSES:
        counts.add_column(status, justify="right")
    counts.add_column("USD", justify="right")
    counts.add_row(*(f"{report.counts[status]:,}" for status in STATUSES), f"{report.cost_usd:.3f}")
    console.print(counts)
    if report.passed_over:
        hosts = ", ".join(f"{number:,} of {host}" for host, number in report.passed_over.items())
        passed_over = f"  passed over (hosts not in IMAGES_DOWNLOAD_HOSTS, other formats): {hosts}"
        console.print(line(passed_over, "dim"), soft_wrap=True)
    for problem in report.problems:
        console.print(line(f"  ! {problem}", "yellow"), soft_wrap=True)
    for link in report.trouble[:_SHOWN]:
        console.print(line(f"  {link.status}  {link.old}"), soft_wrap=True)
        console.print(line(f"        {link.where}: {link.why}", "dim"), soft_wrap=True)
    left = sum(report.counts[status] for status in ("dead", "refused", "later")) - len(report.trouble[:_SHOWN])
    if left > 0:
        console.print(f"  ... and {left:,} more: see the rewrite map (--map FILE.csv)")
    if report.dry_run:
        console.print("Nothing was stored or paid: moved are those that are alive, USD is the price of remaking.")
    for name, place in (("Map", map_file), ("Rewritten copies", None if report.dry_run else rewrite_dir)):
        if place:
            console.print(line(f"{name}: {place}"), soft_wrap=True)
    console.print(f"{report}; {report.status}", highlight=False)
