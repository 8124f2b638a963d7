"""What goes to an OpenTelemetry collector, and what a run has to suffer from one that is away: nothing."""

import json
import os
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from blocks.observability import telemetry
from tests import forking
from tests.standins.collector import Collector, attributes

CARDS = ("linkedin", "facebook")
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
# A process that has a span and a number to tell, and ends.
TALK = """
from opentelemetry import metrics, trace
from blocks.observability.telemetry import export_if_configured
export_if_configured()
with trace.get_tracer("test").start_as_current_span("a span"):
    metrics.get_meter("test").create_counter("a.number").add(1)
"""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def log(collector: Collector, prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run of two cards writes to its terminal when its log is wanted as JSON; all else goes to the collector."""
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    environment = os.environ | {
        ENDPOINT: collector.url,
        "PREFECT_API_URL": prefect_api,
        "IMAGES_DATA_DIR": str(tmp_path_factory.mktemp("told") / "data"),
        "IMAGES_LOG_FORMAT": "json",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",
    }
    run = [sys.executable, str(script), "run", "-", "--only", "card"]
    done = subprocess.run(run, env=environment, input='{"topic": "Tee", "user_id": "nordlicht"}', text=True,
                          capture_output=True, timeout=180, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.usefixtures("log")
def test_a_run_sends_its_traces_and_metrics(collector: Collector) -> None:
    """Each picture's steps are spans below its task run's, in the flow run's trace; costs and times are counted."""
    spans, flow = collector.spans, collector.spans["nordlicht/tee"]
    for name in ("linkedin: provider", "linkedin: storage", "facebook: storage"):
        assert spans[name].parent_span_id == spans[name.partition(":")[0]].span_id
        assert spans[name].trace_id == flow.trace_id
    assert attributes(spans["linkedin: storage"]) == {
        "provider": "pillow", "model": "minimal", "tenant": "nordlicht", "slug": "tee", "image": "linkedin",
    }  # fmt: skip
    assert collector.services == {"article-images"}
    [made] = collector.metrics["images.made"].sum.data_points
    assert (made.as_int, attributes(made)["tenant"], attributes(made)["status"]) == (2, "nordlicht", "stored")
    assert collector.metrics["images.cost"].unit == "USD"
    for step in ("provider", "storage"):
        [times] = collector.metrics[f"images.{step}.duration"].histogram.data_points
        assert (times.count, attributes(times)["outcome"]) == (2, "ok")


def test_the_log_is_json_that_names_tenant_slug_and_image(log: str) -> None:
    """Every line is an object; each line of the run has tenant and slug, each line about a picture its name."""
    lines = [json.loads(line) for line in log.splitlines()]
    of_run = [line for line in lines if line["logger"] in {"prefect.flow_runs", "prefect.task_runs"}]
    assert len(of_run) > 5
    assert {(line["tenant"], line["slug"]) for line in of_run} == {("nordlicht", "tee")}
    for line in of_run:
        about = line["message"].partition(" ")[0].rstrip(":")
        assert line.get("image") == (about if about in CARDS else None), line
    assert {line.get("image") for line in of_run} == {*CARDS, None}


@pytest.mark.parametrize("collector_is", ["away", "silent"])
def test_a_dead_collector_costs_nothing(collector_is: str) -> None:
    """A collector that refuses connections, or takes them and never answers, is not heard of, and the process ends."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        if collector_is == "silent":
            listening.listen()
        environment = os.environ | {ENDPOINT: f"http://127.0.0.1:{listening.getsockname()[1]}"}
        talk = [forking.python(), "-c", TALK]
        done = subprocess.run(talk, env=environment, text=True, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_missing_extra_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Configured without the extra, a process says what to install, once; without a collector it says nothing."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    assert telemetry.missing_exporter_once() is None
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:4318")
    assert "pip install 'article-images[otel]'" in str(telemetry.missing_exporter_once())
    assert telemetry.missing_exporter_once() is None
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert telemetry.missing_exporter() is None
