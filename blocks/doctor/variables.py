"""Checks of the Prefect variables: valid values, and pauses of vendors."""

from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from pydantic import ValidationError

from blocks.configuration.defaults import BUDGETS, MODELS, PLATFORMS, PUBLIC_BASE_URLS, QUOTAS, SOURCES, UNEDITED
from blocks.configuration.public_urls import tenant_bases
from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import SETUP, Installation
from blocks.provisioning.saved_blocks import OF_VENDORS
from blocks.vendors.pause import Pause, pause_name
from imaging.articles.sources import tenants_sources
from imaging.errors import ConfigurationError
from imaging.planning.budget import budgets_from
from imaging.planning.chosen_platforms import chosen_platforms
from imaging.planning.models import model_table
from imaging.planning.quotas import quotas_from


def check_variables(installation: Installation) -> Iterator[Finding]:
    """Validate each variable, and compare it with the environment, over which it wins."""
    if installation.client is None:
        return
    readers: dict[str, Callable[[Any, str], object]] = {
        BUDGETS: budgets_from, MODELS: model_table, SOURCES: tenants_sources, PLATFORMS: chosen_platforms,
        PUBLIC_BASE_URLS: tenant_bases, QUOTAS: quotas_from,
    }  # fmt: skip
    for name, read in readers.items():
        there = installation.client.read_variable_by_name(name)
        if there is None:
            yield warning(f"variable {name}", "does not exist", SETUP)
            continue
        given = getattr(installation.settings, name, None)
        try:
            read(there.value, name)
        except ConfigurationError as error:
            mend = f"edit it in the UI, or prefect variable delete {name} and {SETUP}"
            yield failure(f"variable {name}", str(error), mend)
            continue
        if given and there.value not in (UNEDITED[name], given):
            text = f"wins over {name.upper()}, which has another value"
            mend = f"unset {name.upper()}, or prefect variable delete {name} and {SETUP}"
            yield warning(f"variable {name}", text, mend)
        else:
            yield well(f"variable {name}", "valid")


def check_pauses(installation: Installation) -> Iterator[Finding]:
    """Report vendors that runs do not call at the moment, because of an earlier answer."""
    if installation.client is None:
        return
    accounts: dict[str, Any] = {name: installation.used(credential) for name, credential in OF_VENDORS.items()}
    noted = {
        vendor: installation.client.read_variable_by_name(pause_name(vendor, account.account))
        for vendor, account in accounts.items()
        if account
    }
    for vendor, variable in noted.items():
        if variable is None:
            continue
        try:
            yield _of_pause(vendor, Pause.model_validate(variable.value))
        except ValidationError:
            text = f"the variable {variable.name} is ignored: unrecognised format"
            yield warning(f"pause of {vendor}", text, f"prefect variable delete {variable.name}")
    if not any(noted.values()):
        yield well("pauses", "no vendor is paused")


def _of_pause(vendor: str, pause: Pause) -> Finding:
    name, left = f"pause of {vendor}", pause.left(0)
    if pause.why == "no credit":
        text = f"without credit at {pause.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {pause.said}"
        return warning(name, text, "top up the account; the next successful call ends the pause")
    if left > 0:
        return warning(name, f"for {left:.0f} s more: {pause.said}", "wait, or lower the limit images-" + vendor)
    return well(name, "over; the next successful call removes its note")
