"""The command `doctor`: checks the installation, and prints a line for each part, with a remedy."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict

from prefect.client.orchestration import SyncPrefectClient
from prefect.context import SyncClientContext
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_HOME,
    get_current_settings,
    temporary_settings,
)
from rich.console import Console

from blocks.configuration.settings import Settings, load_settings
from blocks.doctor.api import reachable, refusal
from blocks.doctor.checks import examine
from blocks.doctor.finding import Finding, failure, well
from blocks.doctor.installation import Installation
from blocks.observability.terminal import line, print_json
from flows.local_stack.local_server import local_api
from imaging.errors import ConfigurationError

_STYLE = {"ok": "green", "warn": "yellow", "FAIL": "bold red"}


def doctor(*, as_json: bool) -> bool:
    """Print all findings as they come; return whether one of them is a failure."""
    findings = []
    console = Console(soft_wrap=True, stderr=as_json)
    with console.status("checking"):
        for finding in _findings():
            findings.append(finding)
            if not as_json:
                _print(console, finding)
    counts = Counter(finding.level for finding in findings)
    if as_json:
        print_json(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        console.print(f"\n{counts['FAIL']} failed, {counts['warn']} warnings, {counts['ok']} ok")
    return counts["FAIL"] > 0


def _findings() -> Iterator[Finding]:
    # Without long retries, and without failing at a server of another version.
    settings = {PREFECT_CLIENT_MAX_RETRIES: 1, PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False}
    with temporary_settings(settings), _api() as (finding, client, local):
        yield finding
        yield from examine(Installation.now(client, local=local))


@contextmanager
def _api() -> Iterator[tuple[Finding, SyncPrefectClient | None, bool]]:
    """Yield a finding on the API that a run would use, a client, and whether it is the local server."""
    url = get_current_settings().api.url
    with ExitStack() as stack:
        finding = reachable(url) if url else _local_server(stack)
        client = None
        if finding.level == "ok":
            # One client for all checks, which Prefect reuses within this context.
            client = stack.enter_context(SyncClientContext.get_or_create()).client
            if refused := refusal(client):
                finding, client = refused, None
        yield finding, client, url is None


def _local_server(stack: ExitStack) -> Finding:
    """Start or use the local server, as `run` does."""
    home = PREFECT_HOME.value()
    try:
        url = stack.enter_context(local_api(home, _linger()))
    except (RuntimeError, OSError) as error:
        mend = f"set PREFECT_API_URL, or PREFECT_HOME (now {home}) to a folder that may be written"
        return failure("Prefect API", f"the server of this machine does not start: {error}", mend)
    stack.enter_context(temporary_settings({PREFECT_API_URL: url}))
    return well("Prefect API", f"PREFECT_API_URL is not set: a server of this machine, {url}")


def _linger() -> float:
    """Return the seconds that a server started here keeps running, by the settings if they are valid."""
    try:
        return load_settings().images_server_linger
    except ConfigurationError:
        return float(Settings.model_fields["images_server_linger"].default)


def _print(console: Console, finding: Finding) -> None:
    console.print(
        line(f"{finding.level:<5}", _STYLE[finding.level]) + line(f" {finding.name}: {finding.text}", "default")
    )
    if finding.mend:
        console.print(line(f"      -> {finding.mend}"))
