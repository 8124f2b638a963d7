"""The command `run`: runs the flow in this process, within a limit if one is given, and copies the files if asked."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import cast

import typer
from prefect import tags

from blocks.configuration.settings import load_settings
from blocks.observability.terminal import echo
from blocks.publishing.naming import tenant_tag
from blocks.run import begun_run
from flows.article_images import article_images
from flows.article_run.preview import previewed
from flows.commands.prefect_api import prefect_api
from flows.commands.report import progress_lines
from flows.lifecycle.stop_signals import run_apart
from imaging import keys
from imaging.articles.article import Article
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from imaging.record import ImageSet


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What is asked for. `max_usd`: the most that may be spent. `output`: the folder for copies of the files.

    `is_written_back`: addresses are written into the article's file, so they must be more than this machine's.
    """

    only: list[Kind] | None = None
    refresh: bool = False
    max_usd: float | None = None
    output: Path | None = None
    is_written_back: bool = False


def run_flow(article: Article, options: RunOptions) -> tuple[ImageSet, str | None]:
    """Run the flow in this process; return its image set, and the URL of the local server if it used that.

    Progress is shown on standard error. Raises InvalidInput where the run would cost more than it may.
    """
    load_settings()  # fail before starting a server
    if options.output:
        _check_folder(options.output)
    with prefect_api() as server:
        if options.is_written_back and not options.output:
            check_addresses_last()
        if options.max_usd is not None:
            _check_price(article, options, options.max_usd)
        call = partial(article_images, article, only=options.only, refresh=options.refresh)
        with progress_lines("pictures", "making pictures"), tags(tenant_tag(article.user_id)):
            image_set = cast(ImageSet, run_apart(lambda: asyncio.run(call())))
        if options.output:
            _copy(image_set, options.output)
        return image_set, server


def check_addresses_last() -> None:
    """Raise InvalidInput where the pictures' addresses would only work on this machine."""
    with begun_run() as run:
        if run.services.embedded:
            raise InvalidInput(
                "--write-back: no bucket is configured, so the pictures have no addresses that others can read: set"
                " B2_*, or add --output DIR to have the files and their paths"
            )


def _check_price(article: Article, options: RunOptions, max_usd: float) -> None:
    """Raise InvalidInput where the run would cost more than `max_usd`, unless the user at the terminal agrees."""
    with begun_run() as run:
        cost_usd = previewed(run.services, article, options.only, refresh=options.refresh).cost_usd
    if cost_usd <= max_usd:
        return
    text = f"the run would cost {cost_usd:.3f} USD, more than {max_usd:g}"
    if sys.stdin and sys.stdin.isatty() and sys.stderr.isatty() and typer.confirm(f"{text}: go on?", err=True):
        return
    raise InvalidInput(f"--max-usd: {text}; nothing was spent. article-images plan shows what costs how much")


def _check_folder(folder: Path) -> None:
    """Create the folder before anything is paid for. Raises InvalidInput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"--output: {folder} cannot be created: {error.strerror}") from None


def _copy(image_set: ImageSet, folder: Path) -> None:
    """Copy the set's files from the bucket into the folder, under the names that they have in the article's folder."""
    place = keys.prefix(image_set.user_id, image_set.slug)
    with begun_run() as run:
        for key in _keys(image_set):
            name = PurePosixPath(key.removeprefix(place))
            data = run.services.store.get(key)
            if data is None or name.is_absolute() or ".." in name.parts:
                echo(f"article-images: --output: no copy of {key}: the bucket does not have it", err=True)
                continue
            target = folder / name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            except OSError as error:
                raise InvalidInput(f"--output: {target} cannot be written: {error.strerror}") from None


def _keys(image_set: ImageSet) -> Iterator[str]:
    for image in image_set.images:
        if image.durable and image.key:
            yield image.key
            yield from (variant.key for variant in image.variants)
    if image_set.manifest_url:
        yield keys.manifest_key(image_set.user_id, image_set.slug)
    if image_set.gallery_url:
        yield keys.gallery_key(image_set.user_id, image_set.slug)
