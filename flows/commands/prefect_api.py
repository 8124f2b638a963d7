"""The Prefect API that a command uses: the configured one, or the local server."""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.context import SyncClientContext
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, get_current_settings, temporary_settings

from blocks.configuration.settings import load_settings
from blocks.doctor.api import check_reachable
from blocks.network.proxies import bypass_for_this_machine
from flows.commands.misspelt import name_misspelt_variables
from flows.commands.output.status_line import announce
from flows.local_stack.local_server import local_api


@contextmanager
def prefect_api() -> Iterator[str | None]:
    """Use the configured Prefect API, and yield None; or use the local server, and yield its URL.

    All calls within the context share one client: each new one reads all certificate authorities that TLS trusts.
    Variables that are ignored, since their names are misspelt, are named on standard error. Raises ConfigurationError
    if no API answers at the configured address.
    """
    name_misspelt_variables()
    if configured := get_current_settings().api.url:
        bypass_for_this_machine(configured)
        check_reachable(configured)  # first: Prefect's client has other words for an API that is away
        with SyncClientContext.get_or_create():
            yield None
        return
    with (
        local_api(PREFECT_HOME.value(), load_settings().images_server_linger, _announce_start) as url,
        temporary_settings({PREFECT_API_URL: url}),
        SyncClientContext.get_or_create(),
    ):
        yield url


def _announce_start() -> None:
    announce("starting a local Prefect server, the first time for up to a minute")
