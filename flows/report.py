"""What a run shows on a terminal: progress while it goes on, a table when it is done."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from blocks.settings import load_settings
from imaging.gallery import short_url, size
from imaging.record import ImageSet

_STATUS_STYLE = {"stored": "green", "reused": "cyan", "provider_url": "yellow", "inline": "yellow", "failed": "red"}


@contextmanager
def progress_lines(*, quiet: bool) -> Iterator[None]:
    """Show each image as it comes in, on standard error, where that is a terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
        return
    logger, handler = logging.getLogger("prefect.flow_runs"), _Lines(console)
    logger.addHandler(handler)
    try:
        with console.status("making pictures"):
            yield
    finally:
        logger.removeHandler(handler)


class _Lines(logging.Handler):
    """Repeats the progress lines of the run's log, and nothing else of it."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        if record.module == "progress":
            self._console.print(Text(f"  {record.getMessage()}"))


def print_report(image_set: ImageSet) -> None:
    """Print the table of images, the cost, what is missing, and where the gallery page is."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=160, file=sys.stdout)  # a pipe has no width: keep rows in one line
    table = Table(title=None, box=None, pad_edge=False, header_style="bold")
    for heading, justify in [("image", "left"), ("kind", "left"), ("status", "left"), ("size", "left"),
                             ("USD", "right"), ("URL", "left")]:  # fmt: skip
        table.add_column(heading, justify=justify, overflow="fold", no_wrap=heading != "URL")  # type: ignore[arg-type]
    for image in image_set.images:
        status = Text(image.status, style=_STATUS_STYLE[image.status])
        cost = f"{image.cost_usd:.3f}"
        table.add_row(image.name, image.kind.value, status, size(image), cost, Text(short_url(image)))
    console.print(table)
    console.print(f"\n{len(image_set.images)} images, {image_set.cost_usd:.3f} USD, {image_set.status}")
    for trouble in image_set.troubles:
        console.print(Text(f"  ! {trouble}", style="yellow"))
    if any(image.provider == "painter" for image in image_set.images):
        console.print(
            "\n[bold yellow]Painted offline.[/] No key for the providers of these pictures is configured, so the"
            " built-in painter made them.\nSet REPLICATE_API_TOKEN and CHUTES_API_KEY for real ones (README)."
        )
    page = load_settings().images_data_dir / "gallery" / image_set.user_id / f"{image_set.slug}.html"
    if page.exists():
        console.print(Text(f"\nGallery: {page.resolve()}"), soft_wrap=True)
