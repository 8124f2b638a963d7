"""Terminal output of a run that has ended: its table, and where to find the results."""

from collections.abc import Iterator

from rich.console import Console
from rich.style import Style
from rich.table import Table

from blocks.configuration.data_dir import DataDir
from blocks.configuration.settings import Settings, load_settings
from blocks.observability.terminal import line
from blocks.storage.local_files import file_of, lasting_url
from flows.commands.output.local_pages import local_page
from flows.commands.output.painted_note import print_painted_note
from imaging.names import keys
from imaging.pages.gallery import painted, short_url, size
from imaging.record import Image, ImageSet
from imaging.text.counting import number_of

_STATUS_STYLE = {"stored": "green", "reused": "cyan", "provider_url": "yellow", "inline": "yellow", "failed": "red"}

_WIDE = 1000  # columns: keeps a row on one line, since a pipe has no width and a terminal wraps lines itself


def print_report(image_set: ImageSet, server: str | None) -> None:
    """Print the table of images, the problems, where to find the results, and in the last line what came of it.

    `server`: the URL of the local Prefect API that this run used, None for a configured API.
    """
    settings = load_settings()
    console, wide = Console(), Console(width=_WIDE)
    if not console.is_terminal:
        console = wide
    _print_images(console, wide, [_lasting(image, settings.data_dir) for image in image_set.images])
    console.print()
    for trouble in image_set.troubles:
        console.print(line(f"  ! {trouble}", "yellow"))
    if painted(image_set):
        print_painted_note(console)
        console.print()
    for heading, place in _places(image_set, settings, server):
        console.print(line(f"{heading}: {place}"), soft_wrap=True)
    page = local_page(settings.data_dir, image_set.user_id, image_set.slug)
    outcome = f"{number_of(len(image_set.images), 'image')}, {image_set.cost_usd:.3f} USD, {image_set.status}"
    last = line(f"{outcome}. Gallery: {page}" if page else outcome, "bold")
    if page:
        last.stylize(Style(link=page.as_uri()), len(outcome) + len(". Gallery: "))
    console.print(last, soft_wrap=True)


def _print_images(console: Console, wide: Console, images: list[Image]) -> None:
    table = _table(images)
    narrow = wide.measure(table).maximum > console.width
    if narrow:  # as most terminals are: print the URLs below the table, where they can be copied
        table.columns.pop()
    wide.print(table)
    for image in images if narrow else ():
        console.print(line(f"{image.name}: {short_url(image)}"), soft_wrap=True)


def _lasting(image: Image, data_dir: DataDir) -> Image:
    """Return the entry with an address that can be opened once this process has ended."""
    if not image.durable or not image.key or not image.url:
        return image
    return image.model_copy(update={"url": lasting_url(image.url, image.key, data_dir)})


def _table(images: list[Image]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("image", "kind", "status", "size"):
        table.add_column(heading, no_wrap=True)
    table.add_column("USD", justify="right", no_wrap=True)
    table.add_column("URL", overflow="fold")
    for image in images:
        status = line(image.status, _STATUS_STYLE[image.status])
        cost = f"{image.cost_usd:.3f}"
        table.add_row(image.name, image.kind.value, status, size(image), cost, line(short_url(image)))
    return table


def _places(image_set: ImageSet, settings: Settings, server: str | None) -> Iterator[tuple[str, str]]:
    """Yield where else to find the results: public gallery, files of the embedded storage, run in the local UI."""
    user_id, slug = image_set.user_id, image_set.slug
    key = keys.manifest_key(user_id, slug)
    manifest = file_of(image_set.manifest_url or "", key, settings.data_dir)
    if manifest:
        yield "Files (no bucket is configured)", str(manifest.parent)
    elif image_set.gallery_url:
        yield "Public gallery", image_set.gallery_url
    if server:
        lingers = f"the local server keeps running for {settings.images_server_linger:g} s, or as long as `up`"
        yield f"Run ({lingers})", f"{server.removesuffix('/api')}/runs/flow-run/{image_set.flow_run_id}"
