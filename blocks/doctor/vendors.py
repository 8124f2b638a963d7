"""Checks of the vendors, without cost: keys, models, balance, and download hosts."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx

from blocks.configuration.defaults import MODELS
from blocks.configuration.variables import read_variables
from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import SETUP, Installation
from blocks.network.addresses import HostRules, default_entries
from blocks.provisioning.saved_blocks import OF_VENDORS, WRITER
from blocks.services import edited
from blocks.vendors.answers.errors import vendor_error
from blocks.vendors.free_checks import FreeCheck, ask, says_no_credit, says_no_such_model
from blocks.vendors.registry import VENDORS, Vendor, is_called_elsewhere
from blocks.vendors.writer import Writer
from imaging.errors import ConfigurationError
from imaging.planning.models import ModelTable, model_table

_TOP_UP = "top up the account"


def check_vendors(installation: Installation) -> Iterator[Finding]:
    """Check keys, models and balance by calls that each vendor answers for free."""
    models = list(models_used(installation).all())
    for name, vendor in VENDORS.items():
        account: Any = installation.used(OF_VENDORS[name])
        if account is None:
            continue
        named = dict.fromkeys(model.name for model in models if model.provider == name)
        for check in account.free_checks(list(named)):
            yield _of_vendor(vendor, check, ask(check.url, check.authorization))


def check_writer(installation: Installation) -> Iterator[Finding]:
    """Check that the language model's endpoint lists the model, which is free. Without it built-in texts are used."""
    writer = installation.used(WRITER)
    if not isinstance(writer, Writer):
        return
    name, url = "language model", f"{writer.base_url.rstrip('/')}/models"
    answer = ask(url, f"Bearer {writer.api_key.get_secret_value()}" if writer.api_key else "")
    if isinstance(answer, str):
        yield warning(name, f"{url} cannot be reached: {answer}", "check the network, or IMAGES_LLM_BASE_URL")
    elif answer.status_code in {401, 403}:
        yield warning(name, f"the key is refused: {answer.status_code}", f"set IMAGES_LLM_API_KEY and run {SETUP}")
    elif answer.is_error:
        yield warning(name, f"{url} answers {answer.status_code}", "check IMAGES_LLM_BASE_URL, or try again later")
    elif f'"{writer.model}"' not in answer.text:
        yield warning(name, f"{writer.model} is not in its list of models", "check IMAGES_LLM_MODEL")
    else:
        yield well(name, f"{writer.model} is available")


def check_download_hosts(installation: Installation) -> Iterator[Finding]:
    """Check that the vendors' pictures may be fetched, and that every listed host exists."""
    if installation.settings is None:
        return
    name, listed = "download hosts", installation.settings.images_download_hosts
    try:
        rules = HostRules.parse(listed)
    except ConfigurationError as error:
        yield failure(name, str(error), "set IMAGES_DOWNLOAD_HOSTS to hosts, comma-separated")
        return
    used = [vendor for name, vendor in VENDORS.items() if installation.used(OF_VENDORS[name]) and vendor.sample_output]
    for vendor in used:
        account: Any = installation.used(OF_VENDORS[vendor.name])
        sample = str(vendor.sample_output)
        if not is_called_elsewhere(account) and not rules.allows(sample):
            hosts = default_entries(sample)
            text = f"{vendor.label}'s pictures would be paid for but not fetched: {hosts} is not listed"
            yield failure(name, text, f"set IMAGES_DOWNLOAD_HOSTS={listed},{hosts}")
            return
    unknown = sorted(entry for entry in rules.listed if used and not _resolves(entry))
    if unknown:
        yield warning(name, f"no such host: {', '.join(unknown)}", "check IMAGES_DOWNLOAD_HOSTS, or the DNS")
    else:
        yield well(name, listed)


def _of_vendor(vendor: Vendor, check: FreeCheck, answer: httpx.Response | str) -> Finding:
    if isinstance(answer, str):
        text = f"{check.url} cannot be reached: {answer}"
        return failure(check.about, text, f"check the network, or {vendor.address_variable}")
    status_text = f"{vendor.label} answers {answer.status_code}"
    if says_no_credit(answer):
        return failure(check.about, f"no balance: {status_text}", _TOP_UP)
    if answer.status_code in {401, 403}:
        return failure(check.about, f"the key is refused: {status_text}", f"set {vendor.variables} and run {SETUP}")
    if says_no_such_model(check, answer):
        mend = f"set its name in the variable {MODELS}, or {vendor.address_variable}"
        return failure(check.about, "no such model", mend)
    passing = answer.status_code == 429 or answer.status_code >= 500
    if passing or (answer.is_error and not check.any_answer):
        return warning(check.about, str(vendor_error(vendor.label, vendor.variables, answer)), "try again later")
    return well(check.about, check.accepted)


def models_used(installation: Installation) -> ModelTable:
    """Return the models that a run would use; the defaults if the table is invalid, which another check reports."""
    try:
        if installation.settings and installation.client:
            return model_table(*edited(read_variables([MODELS]), MODELS, installation.settings.images_models))
        return model_table(installation.settings.images_models if installation.settings else {})
    except ConfigurationError:
        return ModelTable()


def _resolves(entry: str) -> bool:
    url = httpx.URL(f"//{entry}")
    try:
        return bool(socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return False
