"""Check of the OpenTelemetry collector, if the environment names one."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from blocks.doctor.finding import Finding, warning, well
from blocks.doctor.installation import Installation
from blocks.observability.telemetry import SIGNALS, answers, endpoint, missing_exporter


def check_collector(_installation: Installation) -> Iterator[Finding]:
    """Check that the exporter is installed and that the collector accepts connections; nothing is sent."""
    if missing := missing_exporter():
        text, _, mend = missing.partition(": ")
        yield warning("collector", text, mend)
        return
    for address in sorted({address for signal in SIGNALS if (address := endpoint(signal))}):
        host = urlsplit(address).netloc.rpartition("@")[2]  # without credentials
        if answers(address):
            yield well("collector", f"traces and metrics go to {host}")
        else:
            text = f"{host} does not accept connections: traces and metrics are dropped"
            yield warning("collector", text, "start the collector, or unset OTEL_EXPORTER_OTLP_ENDPOINT")
