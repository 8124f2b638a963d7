"""Commands on tenants: brands, old addresses, usage, housekeeping, erasure. `flows/commands` is imported late."""

from typing import Annotated, get_args

import typer

from blocks.observability.terminal import print_json
from flows.exit_codes import COMPLETE, DEGRADED, OTHER
from imaging.card_templates import Template
from imaging.makers import MadeBy

brand_app = typer.Typer(no_args_is_help=True, help="A tenant's brand: colour, logo, template, site name, words, font.")

UserId = Annotated[str, typer.Argument(help="The tenant")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, nothing else")]


@brand_app.command("set")
def set_brand(  # noqa: PLR0917 - a command's options, all by name
    user_id: UserId,
    color: Annotated[str | None, typer.Option(help="Brand colour, like #0a7d5a")] = None,
    logo: Annotated[str | None, typer.Option(help="A file or an https URL: PNG, SVG, WebP or JPEG")] = None,
    template: Annotated[str | None, typer.Option(help=f"Of cards: {', '.join(get_args(Template))}")] = None,
    site_name: Annotated[str | None, typer.Option(help="On cards, and in the gallery's frames")] = None,
    font: Annotated[str | None, typer.Option(help="A file or an https URL: TTF, OTF or WOFF2")] = None,
    style: Annotated[str | None, typer.Option(help="Style words for the prompts")] = None,
    avoid: Annotated[str | None, typer.Option(help="Words to avoid, with commas between them")] = None,
    language: Annotated[str | None, typer.Option(help="Of articles that name none: de, en")] = None,
    as_json: AsJson = False,
) -> None:
    """Change a tenant's brand; what is not given stays as it is."""
    from flows.commands.tenants.brand import change_brand, print_brand

    words = {"color": color, "template": template, "site_name": site_name, "style": style, "avoid": avoid}
    print_brand(change_brand(user_id, {**words, "language": language}, {"logo": logo, "font": font}), as_json=as_json)


@brand_app.command()
def show(user_id: UserId, as_json: AsJson = False) -> None:
    """Show a tenant's brand, with the sizes of its assets."""
    from flows.commands.tenants.brand import print_brand, report_on_brand

    print_brand(report_on_brand(user_id), as_json=as_json)


@brand_app.command("list")
def list_brands(as_json: AsJson = False) -> None:
    """List the tenants that have a brand."""
    from flows.commands.tenants.brand import print_brands

    print_brands(as_json=as_json)


@brand_app.command()
def remove(
    user_id: UserId,
    asset: Annotated[
        str | None, typer.Argument(help="A field (logo, font, style ...), or a file below branding/; none: everything")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove a tenant's brand, or a part of it."""
    from flows.commands.tenants.brand import print_brand, remove_brand

    print_brand(remove_brand(user_id, asset), as_json=as_json)


def migrate(  # noqa: PLR0917 - a command's options, all by name
    source: Annotated[
        str,
        typer.Argument(
            help="A folder of Markdown or HTML; a CSV, JSON, JSON Lines, WordPress or Ghost export; bucket:PREFIX"
        ),
    ],
    user_id: Annotated[str | None, typer.Option(help="The articles' tenant; one that names another is refused")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look what is alive and what it costs; store nothing")
    ] = False,
    remake: Annotated[bool, typer.Option("--remake", help="Make dead pictures again, within the budget; pays")] = False,
    recheck: Annotated[bool, typer.Option("--recheck", help="Ask again for what was dead, refused or lost")] = False,
    map_file: Annotated[
        str | None, typer.Option("--map", help="Write old and new addresses to FILE.csv, .json or .sql")
    ] = None,
    rewrite: Annotated[str | None, typer.Option(help="Write rewritten copies of the files into this folder")] = None,
    table: Annotated[str | None, typer.Option(help="The table of the UPDATEs in FILE.sql")] = None,
    column: Annotated[str | None, typer.Option(help="Its column, if not the field where an address was found")] = None,
    made_by: Annotated[
        MadeBy, typer.Option(help="Who made pictures whose address does not say it; people are not marked as AI")
    ] = "unknown",
    as_json: Annotated[bool, typer.Option("--json", help="Print report and links as JSON, nothing else")] = False,
) -> None:
    """Bring the pictures at old addresses (vendors' and data: URLs) into the bucket."""
    from flows.commands.arguments import check_tenant
    from flows.commands.output.status_line import status_line

    check_tenant(user_id)
    with status_line("loading"):
        from flows.commands.tenants.migrate import print_migration, run_migration

        report = run_migration(
            source, user_id, as_json=as_json, dry_run=dry_run, remake=remake, recheck=recheck, map_file=map_file,
            rewrite_dir=rewrite, table=table, column=column, made_by=made_by,
        )  # fmt: skip
    if not as_json:
        print_migration(report, map_file, rewrite)
    raise typer.Exit(COMPLETE if report.status == "complete" else DEGRADED)


def usage(
    user_id: Annotated[str | None, typer.Argument(help="The one tenant; none: all")] = None,
    month: Annotated[
        str | None, typer.Option(help="YYYY-MM, or last for the month before; none: the current one (UTC)")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, nothing else")] = False,
) -> None:
    """Show what tenants store, have made and spent in a month. Writes nothing."""
    from flows.commands.arguments import check_tenant
    from flows.commands.output.status_line import status_line

    check_tenant(user_id, "USER_ID")
    with status_line("listing the bucket"):
        from flows.commands.tenants.usage import measure_usage, print_usage

        report = measure_usage(user_id, month)
    print_json(report.model_dump_json(indent=1)) if as_json else print_usage(report)


def lifecycle(  # noqa: PLR0917 - a command's options, all by name
    apply: Annotated[bool, typer.Option("--apply", help="Set our rules, and leave others as they are")] = False,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days that old versions are kept")] = 30,
    origin: Annotated[list[str] | None, typer.Option(help="A site whose pages may read; repeatable; none: any")] = None,
    orphans: Annotated[bool, typer.Option("--orphans", help="List pictures that no manifest names")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Delete the listed orphans, with all versions")] = False,
    older_than: Annotated[int, typer.Option(min=1, max=3650, help="Days that an orphan is left alone")] = 30,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the bucket's rules on old versions, unfinished uploads and CORS, and set ours; list and remove orphans."""
    from flows.commands.tenants.lifecycle import keep_house, print_lifecycle

    report = keep_house(
        apply=apply, days=days, origins=origin or ["*"], orphans=orphans, remove=remove, older_than=older_than, yes=yes
    )
    print_json(report.model_dump_json(indent=1)) if as_json else print_lifecycle(report)
    raise typer.Exit(OTHER if apply and any(rules.why for rules in report.buckets) else COMPLETE)


def erase(
    user_id: UserId,
    article: Annotated[str | None, typer.Option(help="Only this article, by its slug")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted, and delete nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, nothing else")] = False,
) -> None:
    """Delete all there is of a tenant or an article, with all versions, and look whether anything is left."""
    from flows.commands.arguments import check_tenant
    from flows.commands.tenants.erase import checked_target, erase_target, print_erasure

    check_tenant(user_id, "USER_ID")
    asks = not (yes or dry_run)
    report = erase_target(checked_target(user_id, article, asks=asks), dry_run=dry_run, asks=asks)
    print_json(report.model_dump_json(indent=1)) if as_json else print_erasure(report)
    raise typer.Exit(OTHER if report.status == "left" else COMPLETE)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(brand_app, name="brand")
    app.command()(migrate)
    app.command()(usage)
    app.command()(lifecycle)
    app.command()(erase)
