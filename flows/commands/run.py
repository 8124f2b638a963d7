"""The command `run`: runs the flow in this process, within a limit if one is given, and copies the files if asked."""

import asyncio
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import typer

from blocks.configuration.settings import load_settings
from blocks.early_loading import load_early
from blocks.run import begun_run
from flows.article_images import article_images
from flows.article_run.preview import previewed
from flows.commands.copies import check_bucket, check_folder, check_own, copy_files
from flows.commands.output.progress import progress_shown
from flows.commands.output.status_line import line_hidden, show_status
from flows.commands.prefect_api import prefect_api
from flows.lifecycle.stop_signals import run_apart
from imaging.articles.article import Article
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from imaging.record import ImageSet


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of the command `run`.

    `max_usd`: the most that may be spent. `output`: the folder for copies of the files. `is_written_back`: addresses
    are written into the article's file, so they must be more than this machine's.
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
        check_folder(options.output)
        check_own(options.output)
    load_early(article)
    with prefect_api() as server:
        if options.is_written_back and not options.output:
            check_bucket()
        if options.max_usd is not None:
            show_status("planning")
            _check_price(article, options, options.max_usd)
        call = partial(article_images, article, only=options.only, refresh=options.refresh)
        with progress_shown("pictures", "making pictures"):
            image_set = cast(ImageSet, run_apart(lambda: asyncio.run(call())))
        if options.output:
            show_status("copying the files")
            copy_files(image_set, options.output)
        return image_set, server


def _check_price(article: Article, options: RunOptions, max_usd: float) -> None:
    """Raise InvalidInput where the run would cost more than `max_usd`, unless the user at the terminal agrees."""
    with begun_run() as run:
        cost_usd = previewed(run.services, article, options.only, refresh=options.refresh).cost_usd
    if cost_usd <= max_usd:
        return
    text = f"the run would cost {cost_usd:.3f} USD, more than {max_usd:g}"
    if sys.stdin and sys.stdin.isatty() and sys.stderr.isatty():
        with line_hidden():
            if typer.confirm(f"{text}: go on?", err=True):
                return
    raise InvalidInput(f"--max-usd: {text}; nothing was spent. article-images plan shows what costs how much")
