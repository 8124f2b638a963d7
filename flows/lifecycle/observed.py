"""Prepares a process for its first run: fields in the logs, traces and metrics, and a proxy that is not used
for this machine."""

import os

from blocks.network.proxies import bypass_for_this_machine
from blocks.observability.log import structured_logs
from blocks.observability.telemetry import export_if_configured


def observed() -> None:
    """Prepare this process. To be called where a flow is defined: a worker loads that, and then runs it."""
    bypass_for_this_machine(os.environ.get("PREFECT_API_URL", ""))
    structured_logs()
    export_if_configured()
