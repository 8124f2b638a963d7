"""Export of traces and metrics to an OpenTelemetry collector over OTLP/HTTP, if the standard variables name one.

Prefect makes a span for each flow and task run; ours are children of those (`delivery/measuring`). An unreachable
collector neither delays a run nor logs errors: sending happens in background threads, and at the end of the process
they get two seconds, if the collector accepts connections.
"""

import atexit
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opentelemetry import metrics, trace

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

_BASE = "OTEL_EXPORTER_OTLP_ENDPOINT"
SIGNALS = ("TRACES", "METRICS")
_CONNECT_SECONDS, _LAST_SECONDS = 0.5, 2.0
_MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the exporter of traces and metrics is not installed:"
    " pip install 'article-images[otel]', or opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http"
)

_once, _reported = threading.Lock(), threading.Lock()


def endpoint(signal: str) -> str | None:
    """Return the endpoint of `TRACES` or `METRICS` from the environment; None if they are not exported."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    return os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") or os.environ.get(_BASE) or None


def missing_exporter() -> str | None:
    """Return a message if a collector is configured and the extra `otel` is not installed."""
    if not any(map(endpoint, SIGNALS)):
        return None
    try:
        import opentelemetry.exporter.otlp.proto.http  # noqa: PLC0415 - the extra `otel`
        import opentelemetry.sdk  # noqa: F401, PLC0415
    except ImportError:
        return _MISSING
    return None


def missing_exporter_once() -> str | None:
    """Return `missing_exporter`'s message once per process, as a backlog has thousands of runs."""
    missing = missing_exporter()
    return missing if missing and _reported.acquire(blocking=False) else None


def answers(address: str) -> bool:
    """Return whether a collector accepts connections at the address."""
    url = urlsplit(address)
    with suppress(OSError, ValueError):
        port = url.port or (443 if url.scheme == "https" else 80)
        socket.create_connection((url.hostname or "", port), _CONNECT_SECONDS).close()
        return True
    return False


def export_if_configured() -> None:
    """Start exporting spans and metrics of this process, once, unless another exporter is set up already.

    Call it before the first flow run, when Prefect opens its span.
    """
    if not any(map(endpoint, SIGNALS)) or missing_exporter() or not _once.acquire(blocking=False):
        return
    for name in ("opentelemetry.sdk", "opentelemetry.exporter"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # the doctor reports an unreachable collector
    ends = [
        *([_export_traces()] if endpoint("TRACES") and _is_free(trace.get_tracer_provider()) else []),
        *([_export_metrics()] if endpoint("METRICS") and _is_free(metrics.get_meter_provider()) else []),
    ]
    _finish_at_exit(ends)


def _is_free(provider: object) -> bool:
    """Return whether a provider is the API's default: `opentelemetry-instrument` and others set their own."""
    return type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


def _export_traces() -> Callable[[], None]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def _export_metrics() -> Callable[[], None]:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    provider = MeterProvider(resource=_resource(), metric_readers=[reader], shutdown_on_exit=False)
    metrics.set_meter_provider(provider)
    return provider.shutdown


def _resource() -> "Resource":
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    named = Resource.create()  # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
    if str(named.attributes.get("service.name", "")).startswith("unknown_service"):
        return named.merge(Resource({"service.name": "article-images"}))
    return named


def _finish_at_exit(ends: Sequence[Callable[[], None]]) -> None:
    """Flush at the end of the process, in threads that are started now, as none can be started at exit."""
    leave = threading.Event()
    left = [threading.Event() for _ in ends]

    def finish(end: Callable[[], None], done: threading.Event) -> None:
        leave.wait()
        end()
        done.set()

    for end, done in zip(ends, left, strict=True):
        threading.Thread(target=finish, args=(end, done), name="last telemetry", daemon=True).start()

    @atexit.register
    def _() -> None:
        if any(answers(address) for signal in SIGNALS if (address := endpoint(signal))):
            leave.set()
            until = time.monotonic() + _LAST_SECONDS
            for done in left:
                done.wait(max(0.0, until - time.monotonic()))
