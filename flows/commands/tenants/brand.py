"""A tenant's brand from the command line: changed, shown, listed, removed."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from blocks.observability.terminal import echo, line, print_json
from flows.commands.arguments import check_tenant
from imaging.articles.brand import TenantBrand
from imaging.articles.brand_change import EVERYTHING, Asset, BrandChange, BrandReport
from imaging.errors import InvalidInput
from imaging.validation import explain

_MAX_FILE = 5_000_000  # bytes


def change_brand(user_id: str, fields: Mapping[str, str | None], assets: Mapping[Asset, str | None]) -> BrandReport:
    """Change what is given of a tenant's brand. `assets`: files of this machine, or addresses. Raises InvalidInput."""
    places = {name: place for name, place in assets.items() if place}
    files = {name: _file(place, name) for name, place in places.items() if not _is_far(place)}
    change = _change({**fields, **{name: places[name] for name in places.keys() - files.keys()}})
    if not files and change == BrandChange():
        raise InvalidInput("brand set: nothing to change; give at least one option")
    return _run(user_id, change, files=files)


def remove_brand(user_id: str, asset: str | None) -> BrandReport:
    """Remove a field or a file of a tenant's brand; None: everything."""
    return _run(user_id, BrandChange(), remove=[asset or EVERYTHING])


def report_on_brand(user_id: str) -> BrandReport:
    """Return a tenant's brand, with the sizes of its assets."""
    from blocks.brands.listing import shown_brand
    from blocks.run import begun_run
    from flows.commands.prefect_api import prefect_api

    check_tenant(user_id, "USER_ID")
    with prefect_api(), begun_run() as run:
        return shown_brand(run.services, user_id)


def print_brands(*, as_json: bool) -> None:
    """Print the tenants that have a brand."""
    from blocks.brands.listing import brands
    from blocks.run import begun_run
    from flows.commands.prefect_api import prefect_api

    with prefect_api(), begun_run() as run:
        found = list(brands(run.services))
    if as_json:
        print_json(json.dumps([_document(report) for report in found], indent=1))
        return
    for report in found:
        fields = [f"{name}: {value}" for name in TenantBrand.model_fields if (value := getattr(report, name))]
        echo(f"{report.user_id}  {'; '.join([*fields, *report.notes])}")
    if not found:
        echo("no tenant has a brand")


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
    from blocks.run import begun_run

    if not files:
        return {}
    with begun_run() as run:
        return {name: upload(run.services, user_id, name, data) for name, data in files.items()}


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
        raise InvalidInput(_options_in(explain(error, shows_values=True))) from None


def _options_in(complaints: str) -> str:
    """Name options in place of fields: `site_name: ...` is said of `--site-name`."""
    return re.sub(r"(^|; )([a-z_]+):", lambda found: f"{found[1]}--{found[2].replace('_', '-')}:", complaints)


def _document(report: BrandReport) -> dict[str, Any]:
    return report.model_dump(mode="json")


def print_brand(report: BrandReport, *, as_json: bool) -> None:
    """Print a tenant's brand as a table, or as JSON."""
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
