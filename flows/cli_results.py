"""Commands on what is there already: list, open, verify. Declarations alone, as in `cli`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.exit_codes import COMPLETE, OTHER
from imaging.errors import InvalidInput
from imaging.slug import DEFAULT_TENANT, SLUG


def _complete_slug(incomplete: str) -> list[str]:
    from flows.commands.output.local_pages import slugs_on_this_machine

    return slugs_on_this_machine(incomplete)


def list_(
    user_id: Annotated[str | None, typer.Option(help="The one tenant; none: all")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the articles as JSON, nothing else")] = False,
) -> None:
    """List the articles in the bucket: status, pictures, cost of the last run, when, and the gallery's address."""
    from flows.commands.arguments import check_tenant
    from flows.commands.output.status_line import status_line

    check_tenant(user_id)
    with status_line("listing articles"):
        from flows.commands.output import galleries

        show = galleries.print_articles_as_json if as_json else galleries.print_articles
        galleries.list_articles(user_id, show)


def open_(
    article: Annotated[
        str | None,
        typer.Argument(
            metavar="ARTICLE|SLUG",
            help="An article's file, or its slug or TENANT/SLUG; none: the last gallery made on this machine",
            autocompletion=_complete_slug,
        ),
    ] = None,
    user_id: Annotated[str | None, typer.Option(help="Tenant, as for run")] = None,
) -> None:
    """Open an article's gallery in the browser, and print its address."""
    from flows.commands.arguments import check_tenant
    from flows.commands.output.local_pages import show_in_browser
    from flows.commands.output.status_line import status_line

    check_tenant(user_id)
    with status_line("looking for the gallery"):
        address = _gallery(article, user_id)
    show_in_browser(address)


def _gallery(article: str | None, user_id: str | None) -> str:
    if article is None:
        from flows.commands.output.local_pages import newest_page

        return newest_page(user_id)
    if Path(article).is_file():
        from flows.commands.arguments import read_article

        read = read_article(article, user_id)
        from flows.commands.output.galleries import gallery_of

        return gallery_of(read)
    tenant, _, slug = article.rpartition("/")
    if not SLUG.fullmatch(slug):
        raise InvalidInput(f"ARTICLE: {article!r} is neither a file nor a slug")
    from flows.commands.arguments import check_tenant

    check_tenant(tenant or None, "ARTICLE")
    from flows.commands.output.galleries import gallery_under

    return gallery_under(tenant or user_id or DEFAULT_TENANT, slug)


def verify(
    pictures: Annotated[list[str], typer.Argument(help="URLs, files, or keys in the bucket")],
) -> None:
    """Check the hash, mark and signature of pictures; says at the end how many are bad."""
    from flows.commands.output.status_line import status_line

    with status_line("reading pictures"):
        from flows.commands.verify import verify as run_verify

        is_well = run_verify(pictures)
    raise typer.Exit(COMPLETE if is_well else OTHER)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("list")(list_)
    app.command("open")(open_)
    app.command()(verify)
