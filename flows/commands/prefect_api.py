"""The Prefect API that a command uses: the configured one, or the local server."""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.context import SyncClientContext
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, get_current_settings, temporary_settings

from blocks.configuration.settings import load_settings
from blocks.configuration.spelling import misspelt_variables
from blocks.doctor.api import check_reachable
from blocks.network.proxies import bypass_for_this_machine
from blocks.observability.terminal import echo
from flows.commands.output.status_line import announce, line_hidden
from flows.local_stack.local_server import local_api
from imaging.sanitizing.printable import printable_name


@contextmanager
def prefect_api() -> Iterator[str | None]:
    """Use the configured Prefect API, and yield None; or use the local server, and yield its URL.

    All calls within the context share one client: each new one reads all certificate authorities that TLS trusts.
    Variables that are ignored, since their names are misspelt, are named on standard error. Raises ConfigurationError
    if no API answers at the configured address.
    """
    for name, meant in misspelt_variables():
        told = f"{printable_name(name)}: there is no such variable, it is ignored: did you mean {meant}?"
        with line_hidden():
            echo(f"article-images: {told}", err=True)
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
