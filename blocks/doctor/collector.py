"""The OpenTelemetry collector, where the environment names one."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from blocks.doctor.finding import Finding, warning, well
from blocks.doctor.scene import Scene
from blocks.observability.telemetry import SIGNALS, answers, endpoint, missing_exporter


def check_collector(_scene: Scene) -> Iterator[Finding]:
    """See whether traces and metrics can be sent and whether somebody takes connections there; nothing is sent."""
    if missing := missing_exporter():
        text, _, mend = missing.partition(": ")
        yield warning("collector", text, mend)
        return
    for address in sorted({address for signal in SIGNALS if (address := endpoint(signal))}):
        host = urlsplit(address).netloc.rpartition("@")[2]  # what stands before it may be a password
        if answers(address):
            yield well("collector", f"traces and metrics go to {host}")
        else:
            text = f"nobody takes connections at {host}: traces and metrics are dropped"
            yield warning("collector", text, "start it, or unset OTEL_EXPORTER_OTLP_ENDPOINT")
