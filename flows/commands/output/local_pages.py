"""Gallery pages on this machine, and the browser that shows them. Light: none of it needs Prefect."""

import webbrowser
from collections.abc import Iterator
from pathlib import Path

from blocks.configuration.data_dir import DataDir
from blocks.configuration.settings import load_settings
from blocks.observability.terminal import echo
from imaging.errors import InvalidInput
from imaging.slug import BRANDING, DEFAULT_TENANT


def local_page(data_dir: DataDir, user_id: str, slug: str) -> Path | None:
    """Return the page of an article if this machine has it."""
    page = data_dir.page(user_id, slug)
    return page if page.is_file() else None


def newest_page(user_id: str | None) -> str:
    """Return the address of the page that was written last. Raises InvalidInput where there is none."""
    pages = sorted(_pages(user_id), key=lambda page: page.stat().st_mtime)
    if not pages:
        raise InvalidInput("ARTICLE: no gallery is on this machine yet; article-images run ARTICLE makes one")
    return pages[-1].as_uri()


def slugs_on_this_machine(incomplete: str) -> list[str]:
    """Return the articles that have a page here, as `slug` or, where another tenant is named, `tenant/slug`."""
    return sorted({name for page in _pages(None) for name in _names(page) if name.startswith(incomplete)})


def _names(page: Path) -> tuple[str, ...]:
    named = f"{page.parent.name}/{page.stem}"
    return (page.stem, named) if page.parent.name == DEFAULT_TENANT else (named,)


def _pages(user_id: str | None) -> Iterator[Path]:
    folder = load_settings().data_dir.gallery
    return (page for page in folder.glob(f"{user_id or '*'}/*.html") if page.stem != BRANDING)


def show_in_browser(address: str) -> None:
    """Print the address, and open it in a browser if there is one."""
    echo(address)
    try:
        opened = webbrowser.open(address)
    except webbrowser.Error:
        opened = False
    if not opened:
        echo("article-images: there is no browser here: open this address in one", err=True)
