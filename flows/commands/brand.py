"""The commands `brand set`, `brand show`, `brand list` and `brand remove`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic import ValidationError

from blocks.observability.terminal import echo, line, print_json
from flows.commands.arguments import check_tenant
from imaging.articles.brand import TenantBrand
from imaging.articles.brand_change import EVERYTHING, Asset, BrandChange, BrandReport
from imaging.card_templates import Template
from imaging.errors import InvalidInput
from imaging.validation import explain

app = typer.Typer(no_args_is_help=True, help="A tenant's brand: colour, logo, template, site name, words, font.")

UserId = Annotated[str, typer.Argument(help="The tenant")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, nothing else")]
_MAX_FILE = 5_000_000  # bytes


@app.command("set")
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
    words = {"color": color, "template": template, "site_name": site_name, "style": style, "avoid": avoid}
    given: dict[Asset, str | None] = {"logo": logo, "font": font}
    assets = {name: place for name, place in given.items() if place}
    files = {name: _file(place, name) for name, place in assets.items() if not _is_far(place)}
    change = _change({**words, "language": language, **{name: assets[name] for name in assets.keys() - files.keys()}})
    if not files and change == BrandChange():
        raise InvalidInput("brand set: nothing to change; give at least one option")
    _print(_run(user_id, change, files=files), as_json=as_json)


@app.command()
def show(user_id: UserId, as_json: AsJson = False) -> None:
    """Show a tenant's brand, with the sizes of its assets."""
    from blocks.brands.listing import shown_brand
    from blocks.services import loaded_services
    from flows.commands.prefect_api import prefect_api

    check_tenant(user_id, "USER_ID")
    with prefect_api(), loaded_services() as services:
        report = shown_brand(services, user_id)
    _print(report, as_json=as_json)


@app.command("list")
def list_brands(as_json: AsJson = False) -> None:
    """List the tenants that have a brand."""
    from blocks.brands.listing import brands
    from blocks.services import loaded_services
    from flows.commands.prefect_api import prefect_api

    with prefect_api(), loaded_services() as services:
        found = list(brands(services))
    if as_json:
        print_json(json.dumps([_document(report) for report in found], indent=1))
        return
    for report in found:
        fields = [f"{name}: {value}" for name in TenantBrand.model_fields if (value := getattr(report, name))]
        echo(f"{report.user_id}  {'; '.join([*fields, *report.notes])}")
    if not found:
        echo("no tenant has a brand")


@app.command()
def remove(
    user_id: UserId,
    asset: Annotated[
        str | None, typer.Argument(help="A field (logo, font, style ...), or a file below branding/; none: everything")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove a tenant's brand, or a part of it."""
    _print(_run(user_id, BrandChange(), remove=[asset or EVERYTHING]), as_json=as_json)


def _run(
    user_id: str, change: BrandChange, *, remove: Sequence[str] = (), files: dict[Asset, bytes] | None = None
) -> BrandReport:
    """Run the flow in this process, and return its report. `files`: assets of this machine, by field."""
    from blocks.configuration.settings import load_settings
    from flows.commands.prefect_api import prefect_api

    check_tenant(user_id, "USER_ID")
    load_settings()  # fail before starting a server
    with prefect_api():
        from flows.brand_assets import brand_assets
        from flows.lifecycle.stop_signals import run_apart

        change = change.model_copy(update=_uploaded(user_id, files or {}))
        return run_apart(lambda: brand_assets(user_id, change, list(remove)))


def _uploaded(user_id: str, files: dict[Asset, bytes]) -> dict[str, str]:
    """Put the files beside the brand, as a flow's parameters are too small for them; return their places."""
    from blocks.brands.writing import upload
    from blocks.services import loaded_services

    if not files:
        return {}
    with loaded_services() as services:
        return {name: upload(services, user_id, name, data) for name, data in files.items()}


def _is_far(place: str) -> bool:
    return "://" in place or place[:5].lower() == "data:"


def _file(place: str, name: Asset) -> bytes:
    try:
        with Path(place).open("rb") as file:
            data = file.read(_MAX_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise InvalidInput(f"--{name}: {place!r} cannot be read: {reason}") from None
    if len(data) > _MAX_FILE:
        raise InvalidInput(f"--{name}: {place!r} has more than {_MAX_FILE:,} bytes")
    return data


def _change(given: dict[str, str | None]) -> BrandChange:
    try:
        return BrandChange.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise InvalidInput(f"brand: {explain(error)}") from None


def _document(report: BrandReport) -> dict[str, Any]:
    return report.model_dump(mode="json")


def _print(report: BrandReport, *, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    if as_json:
        print_json(json.dumps(_document(report), indent=1))
        return
    if report.is_empty:
        echo(f"{report.user_id} has no brand")
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name in TenantBrand.model_fields:
        if value := getattr(report, name):
            facts = " ".join(asset.facts for asset in report.assets if asset.name == name)
            table.add_row(line(name.replace("_", " ")), line(f"{value} {facts}".strip()))
    Console().print(table)
    for advice in [f"{asset.name}: {words}" for asset in report.assets for words in asset.advice]:
        Console().print(line(f"  ! {advice}", "yellow"), soft_wrap=True)
    for note in report.notes:
        echo(note)
    if report.preview_url:
        echo(f"preview: {report.preview_url}")
