"""What makes runs observable, once a process and before its first run: fields in the logs, traces and metrics."""

from blocks.log import structured_logs
from blocks.telemetry import export_if_configured


def observed() -> None:
    """Prepare this process. To be called where a flow is defined: a worker loads that, and then runs it."""
    structured_logs()
    export_if_configured()
