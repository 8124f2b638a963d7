"""Checks for free that the vendors accept our keys, before anything is ordered. Never cached."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from prefect import task

from blocks.network.addresses import HostRules, default_entries
from blocks.run import current_run
from blocks.services import Services
from blocks.vendors.registry import VENDORS, KeepsOrders, is_called_elsewhere
from imaging.errors import ConfigurationError
from imaging.makers import Provider


@task(task_run_name="check providers", persist_result=False)
def check_providers() -> Mapping[Provider, str | None]:
    """Return the id of the newest order at each vendor that keeps orders (empty: none yet; None: not known).

    Raises ConfigurationError for a token that is refused, or hosts that we may not fetch from, while nothing is spent.
    """
    services = current_run().services
    keepers = {name: vendor for name, vendor in services.vendors.items() if isinstance(vendor, KeepsOrders)}
    for name in keepers:
        _check_hosts(services, name)
    return {name: vendor.check_token() for name, vendor in keepers.items()}


def _check_hosts(services: Services, name: Provider) -> None:
    """Check that the vendor's pictures may be fetched, unless it is called at another address than its own."""
    vendor, hosts = VENDORS[name], services.settings.images_download_hosts
    sample = vendor.sample_output
    if sample is None or is_called_elsewhere(services.vendors[name]) or HostRules.parse(hosts).allows(sample):
        return
    host = urlsplit(sample).hostname
    raise ConfigurationError(
        f"IMAGES_DOWNLOAD_HOSTS: {host} is not listed, so {vendor.label}'s pictures would be paid for and not"
        f" fetched. Set it to {hosts},{default_entries(sample)}"
    )
