"""Terminal output of a run: progress lines, and a table at the end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Literal

from rich.console import Console
from rich.table import Table

from blocks.configuration.settings import load_settings
from blocks.observability.log import NOTICE, PROGRESS
from blocks.observability.terminal import line
from blocks.storage.embedded import BUCKET
from imaging.pages.gallery import painted, short_url, size
from imaging.record import ImageSet

_STATUS_STYLE = {"stored": "green", "reused": "cyan", "provider_url": "yellow", "inline": "yellow", "failed": "red"}

_WIDE = 1000  # columns: keeps a row on one line, since a pipe has no width and a terminal wraps lines itself


@contextmanager
def progress_lines(of: Literal["pictures", "articles", "addresses"], doing: str) -> Iterator[None]:
    """Show on standard error how the run gets on, if that is a terminal; unexpected costs always.

    `of`: whose progress is shown. `doing`: what the spinner says.
    """
    console = Console(stderr=True)
    logger, handler = logging.getLogger("prefect.flow_runs"), _Lines(console, of)
    logger.addHandler(handler)
    try:
        with console.status(doing) if console.is_terminal else nullcontext():
            yield
    finally:
        logger.removeHandler(handler)


class _Lines(logging.Handler):
    """Repeats the lines of the run's log on its progress and the locks that it waits for, and nothing else."""

    def __init__(self, console: Console, of: str) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._shown = {of, "locks"}

    def emit(self, record: logging.LogRecord) -> None:
        is_progress = self._console.is_terminal and getattr(record, PROGRESS, None) in self._shown
        if is_progress or hasattr(record, NOTICE):
            self._console.print(line(f"  {record.getMessage()}"), soft_wrap=True)


def print_report(image_set: ImageSet, server: str | None) -> None:
    """Print the table of images, the cost, the problems, and where to find the results.

    `server`: the URL of the local Prefect API that this run used, None for a configured API.
    """
    console, wide = Console(), Console(width=_WIDE)
    if not console.is_terminal:
        console = wide
    table = _table(image_set)
    narrow = wide.measure(table).maximum > console.width
    if narrow:  # as most terminals are: print the URLs below the table, where they can be copied
        table.columns.pop()
    wide.print(table)
    for image in image_set.images if narrow else ():
        console.print(line(f"{image.name}: {short_url(image)}"), soft_wrap=True)
    console.print(f"\n{len(image_set.images)} images, {image_set.cost_usd:.3f} USD, {image_set.status}")
    for trouble in image_set.troubles:
        console.print(line(f"  ! {trouble}", "yellow"))
    if painted(image_set):
        console.print(
            "\n[bold yellow]Painted offline.[/] No key for the providers of these pictures is configured, so the"
            " built-in painter made them.\nSet REPLICATE_API_TOKEN and CHUTES_API_KEY for real ones: docs/variables.md"
        )
    console.print()
    for heading, place in _places(image_set, server):
        console.print(line(f"{heading}: {place}"), soft_wrap=True)


def _table(image_set: ImageSet) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("image", "kind", "status", "size"):
        table.add_column(heading, no_wrap=True)
    table.add_column("USD", justify="right", no_wrap=True)
    table.add_column("URL", overflow="fold")
    for image in image_set.images:
        status = line(image.status, _STATUS_STYLE[image.status])
        cost = f"{image.cost_usd:.3f}"
        table.add_row(image.name, image.kind.value, status, size(image), cost, line(short_url(image)))
    return table


def _places(image_set: ImageSet, server: str | None) -> Iterator[tuple[str, str]]:
    """Yield where to find the results: gallery page, files of the embedded storage, run in the local server's UI."""
    settings = load_settings()
    data_dir = settings.images_data_dir.resolve()
    page = data_dir / "gallery" / image_set.user_id / f"{image_set.slug}.html"
    if page.exists():
        yield "Gallery", str(page)
    # Only the embedded storage serves from this machine; its URLs work while a run or `up` is running.
    embedded = (image_set.manifest_url or "").startswith("http://127.0.0.1:")
    if image_set.gallery_url and not embedded:
        yield "Public gallery", image_set.gallery_url
    files = data_dir / "storage" / BUCKET / image_set.user_id / image_set.slug
    if embedded and files.is_dir():
        yield "Files (no bucket is configured; the URLs work while a run or `up` is running)", str(files)
    if server:
        lingers = f"the local server keeps running for {settings.images_server_linger:g} s, or as long as `up`"
        yield f"Run ({lingers})", f"{server.removesuffix('/api')}/runs/flow-run/{image_set.flow_run_id}"
