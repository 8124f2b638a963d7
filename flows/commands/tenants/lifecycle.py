"""The command `lifecycle`: rules of the buckets, shown and set; orphans, listed and removed."""

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from blocks.configuration.settings import load_settings
from blocks.observability.terminal import line
from blocks.run import begun_run
from blocks.services import Services
from blocks.storage.bucket import ImageStore
from blocks.storage.bucket_rules import NoSuchApi, read_rules, write_rules
from blocks.usage.measurement import measured_usage
from blocks.usage.orphans import old_orphans, removed_orphans
from blocks.usage.places import buckets_of
from flows.commands.prefect_api import prefect_api
from imaging.errors import InvalidInput
from imaging.housekeeping.bucket_rules import Kind, NoRules, Wanted, merged_rules, shown_rules
from imaging.housekeeping.report import BucketRules, LifecycleReport, Orphan
from imaging.pages.usage import readable_bytes
from imaging.usage.month import chosen_month

_ORIGIN = re.compile(r"\*|https?://[A-Za-z0-9.*-]+(:[0-9]+)?")
_NO_API = "the store has no such rules"


def keep_house(
    *, apply: bool, days: int, origins: Sequence[str], orphans: bool, remove: bool, older_than: int, yes: bool
) -> LifecycleReport:
    """Show and set rules, list and remove orphans. Raises InvalidInput, StorageError, typer.Abort for a no."""
    if wrong := [origin for origin in origins if not _ORIGIN.fullmatch(origin)]:
        raise InvalidInput(f"--origin: {wrong[0]!r} is not an origin, like https://www.acme.example")
    if remove and not orphans:
        raise InvalidInput("--remove: needs --orphans")
    if remove and not yes and not sys.stdin.isatty():
        raise InvalidInput("--yes: is needed where nobody can be asked; --orphans alone lists what would be removed")
    load_settings()  # fail before starting a server
    with prefect_api(), begun_run() as run:
        buckets = list(_rules(run.services, Wanted(days, origins=tuple(origins)), apply=apply))
        if not orphans:
            return LifecycleReport(buckets=buckets)
        with (
            Console(stderr=True).status("listing the bucket"),
            measured_usage(run.services, chosen_month(None, datetime.now(UTC)), None) as measurement,
        ):
            found, notes = old_orphans(measurement, older_than), measurement.report.problems
        if remove and found:
            if not yes:
                print_lifecycle(LifecycleReport(orphans=found), Console(stderr=True))
                typer.confirm(f"Delete these {len(found)} pictures with all versions?", abort=True, err=True)
            found = list(removed_orphans(run.services, found, older_than))
            if left := sum(not one.removed for one in found):
                notes = [*notes, f"{left} are left: a run is at work on their article, or they are needed by now"]
        return LifecycleReport(buckets=buckets, orphans=found, notes=notes)


def _rules(services: Services, wanted: Wanted, *, apply: bool) -> Iterator[BucketRules]:
    for number, store in enumerate(buckets_of(services.store).values()):
        kinds: tuple[Kind, ...] = ("lifecycle", "cors") if number == 0 else ("lifecycle",)  # no page reads records
        ours = Wanted(wanted.days, store.folder, wanted.origins)
        for kind in kinds:
            yield _rules_of(store, kind, ours, apply=apply)


def _rules_of(store: ImageStore, kind: Kind, wanted: Wanted, *, apply: bool) -> BucketRules:
    name = store.bucket.bucket_name
    try:
        there = read_rules(store, kind)
        before = shown_rules(kind, there)
        if not apply:
            return BucketRules(bucket=name, kind=kind, rules=before)
        merged = merged_rules(kind, there, wanted)
        rules = shown_rules(kind, merged)
        if rules != before:
            write_rules(store, kind, merged)
            rules = shown_rules(kind, read_rules(store, kind))
        return BucketRules(bucket=name, kind=kind, rules=rules, changed=rules != before)
    except NoRules:
        return BucketRules(bucket=name, kind=kind, why=_NO_API)
    except NoSuchApi as error:
        return BucketRules(bucket=name, kind=kind, why=str(error))


def print_lifecycle(report: LifecycleReport, console: Console | None = None) -> None:
    """Print rules and orphans."""
    console = console or Console()
    for rules in report.buckets:
        state = "set" if rules.changed else rules.why or ("" if rules.rules else "none")
        console.print(line(f"{rules.kind} rules of {rules.bucket}{': ' if state else ''}{state}"), soft_wrap=True)
        for rule in rules.rules:
            console.print(line(f"  {rule}"), soft_wrap=True)
    if report.orphans is not None:
        console.print(_table(report.orphans)) if report.orphans else None
        size = readable_bytes(sum(one.bytes for one in report.orphans))
        removed = sum(one.removed for one in report.orphans)
        console.print(line(f"{len(report.orphans)} orphans ({size}), {removed} removed"))
    for note in report.notes:
        console.print(line(f"  ! {note}", "yellow"), soft_wrap=True)


def _table(orphans: Sequence[Orphan]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("orphan", overflow="fold")
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("")
    for one in orphans:
        table.add_row(line(one.key), readable_bytes(one.bytes), "removed" if one.removed else "")
    return table
