"""The command `backlog`: runs the flow in this process, and prints its report."""

import asyncio
from functools import partial
from typing import cast

from rich.console import Console

from blocks.configuration.defaults import SOURCES
from blocks.configuration.settings import load_settings
from blocks.observability.terminal import line
from flows.backlog import article_backlog
from flows.commands.arguments import echo_unused
from flows.commands.backlog_write_back import FolderWriteBack
from flows.commands.copies import check_bucket, check_folder
from flows.commands.output.painted_note import print_painted_note
from flows.commands.output.progress import progress_shown
from flows.commands.prefect_api import prefect_api
from flows.lifecycle.stop_signals import run_apart
from imaging.backlog import BacklogReport, SourceReport
from imaging.errors import ConfigurationError
from imaging.kinds import Kind

_SHOWN = 20  # incomplete articles that are listed


def run_backlog(
    source: str | None,
    user_id: str | None,
    *,
    at_once: int,
    shards: int,
    only: list[Kind] | None,
    recheck: bool,
    language: str | None,
    write_back: FolderWriteBack | None = None,
) -> tuple[BacklogReport, list[str]]:
    """Run the flow in this process; return its report, and a line for each file that was written back or could not be.

    Raises InvalidInput, ConfigurationError and SourceError.
    """
    load_settings()  # fail before starting a server
    if write_back and write_back.output:
        check_folder(write_back.output)
    with prefect_api():
        if write_back and not write_back.output:
            check_bucket()
        options = {"at_once": at_once, "shards": shards, "only": only, "recheck": recheck, "language": language}
        call = partial(article_backlog, source, user_id, **options)
        with progress_shown("articles", "working through the backlog"):
            report = cast(BacklogReport, run_apart(lambda: asyncio.run(call())))
        written = list(write_back.written()) if write_back else []
    if not report.sources:
        whose = f" of {user_id}" if user_id else ""
        raise ConfigurationError(f"Prefect variable {SOURCES}: lists no source{whose}: set it, or give SOURCE")
    return report, written


def print_backlog(report: BacklogReport) -> None:
    """Print each source with its incomplete articles, why and where to look, and in the last line the sums."""
    console = Console()
    for source in report.sources:
        _print_source(console, source)
    for problem in report.problems:
        console.print(line(f"  ! {problem}", "yellow"), soft_wrap=True)
    if any(article.run_url for source in report.sources for article in source.trouble):
        console.print("The log of a run: at its address, or by prefect flow-run logs ID", style="dim", soft_wrap=True)
    if any(source.painted for source in report.sources):
        print_painted_note(console)
    pages = [source.index_page for source in report.sources if source.index_page]
    for page in pages[:-1]:
        console.print(line(f"Galleries: {page}"), soft_wrap=True)
    last = f". Galleries: {pages[-1]}" if pages else ""
    console.print(line(f"{report}; {report.status}{last}", "bold"), soft_wrap=True)


def _print_source(console: Console, source: SourceReport) -> None:
    console.print(line(source.source, "bold"), soft_wrap=True)
    for problem in source.problems:
        console.print(line(f"  ! {problem}", "yellow"), soft_wrap=True)
    if source.unread and not source.problems:
        console.print(line(f"  not read: {source.unread_summary}", "dim"), soft_wrap=True)
    if source.passed_over and not source.problems:
        console.print(line(f"  passed over: {source.passed_over_summary}", "dim"), soft_wrap=True)
    echo_unused(source.unused_fields)
    for article in source.trouble[:_SHOWN]:
        style = "red" if article.came == "failed" else "yellow"
        console.print(line(f"  {article.came:<8}", style), line(f"{article.key}: {article.why}"), soft_wrap=True)
        if article.run_url:
            console.print(line(f"           {article.run_url}", "dim"), soft_wrap=True)
    if (more := source.degraded + source.failed - len(source.trouble[:_SHOWN])) > 0:
        console.print(f"  ... and {more} more: see the summary in the UI, or --json")
