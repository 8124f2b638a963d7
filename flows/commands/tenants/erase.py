"""The command `erase`: says what there is of a tenant or an article, asks, deletes it, and looks again."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from prefect.client.orchestration import get_client
from rich.console import Console
from rich.table import Table

from blocks.configuration.settings import load_settings
from blocks.erasure.erasure import Erasure
from blocks.observability.terminal import line
from blocks.run import begun_run
from flows.commands.prefect_api import prefect_api
from imaging.erasure.report import ErasureReport, Found
from imaging.erasure.target import Target
from imaging.errors import InvalidInput
from imaging.pages.usage import readable_bytes
from imaging.slug import BRANDING, SLUG


def checked_target(user_id: str, slug: str | None, *, asks: bool) -> Target:
    """Return the target. Raises InvalidInput for a slug that cannot be one, and where nobody can be asked."""
    if slug is not None and (slug == BRANDING or not SLUG.fullmatch(slug)):
        raise InvalidInput("--article: must be the slug of an article: a-z, 0-9 and hyphens between them")
    if asks and not sys.stdin.isatty():
        raise InvalidInput("--yes: is needed where nobody can be asked; --dry-run shows what would be deleted")
    return Target(user_id, slug)


def erase_target(target: Target, *, dry_run: bool, asks: bool) -> ErasureReport:
    """Erase the target, after asking if `asks`. Raises InvalidInput, typer.Abort for a no, and as `Erasure`."""
    load_settings()  # fail before starting a server
    console = Console(stderr=True)
    with prefect_api(), begun_run() as run, get_client(sync_client=True) as client:
        erasure = Erasure(run.services, client, target)
        with _status(console, f"looking for {target}"):
            if not dry_run:
                erasure.check_idle()
            planned = erasure.plan()
        if dry_run:
            return planned
        if asks and planned.places:
            print_erasure(planned, console)
            typer.confirm(f"Delete all of this for good ({target})?", abort=True, err=True)
        with _status(console, f"erasing {target}") as tell:
            return erasure.carry_out(planned, tell)


@contextmanager
def _status(console: Console, words: str) -> Iterator[Callable[[str], None]]:
    with console.status(line(words)) as status:
        yield lambda place: status.update(line(f"{words}: {place}"))


def print_erasure(report: ErasureReport, console: Console | None = None) -> None:
    """Print what there is or was by place, what is left, and what the operator has to do."""
    console = console or Console()
    target = str(Target(report.user_id, report.article))
    if report.places:
        console.print(_table(report.places))
    totals = (sum(found.versions for found in report.places), sum(found.bytes for found in report.places))
    amount = f"{totals[0]:,} ({readable_bytes(totals[1])})"
    match report.status:
        case "planned" if not report.places:
            console.print(line(f"There is nothing of {target}."))
        case "planned":
            console.print(line(f"To be deleted of {target}: {amount}"))
        case "erased":
            console.print(line(f"Deleted of {target}: {amount}. Nothing of it was found by looking again."))
        case "left":
            console.print(line(f"{target} is not erased: after deleting, this was found. Erase again.", "red"))
            console.print(_table(report.left))
    for note in report.notes:
        console.print(line(f"  ! {note}", "yellow"), soft_wrap=True)


def _table(places: list[Found]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("place", overflow="fold")
    for heading in ("number", "versions", "bytes"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("such as", overflow="fold")
    for found in places:
        size = readable_bytes(found.bytes) if found.bytes else ""
        examples = line(", ".join(found.examples))
        table.add_row(line(found.place), f"{found.number:,}", f"{found.versions:,}", size, examples)
    return table
