"""Alerts: whoever wants to know is told of a run that ended badly, by a real server to a real webhook."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient

from blocks.configuration.settings import load_settings
from blocks.provisioning.alerts import ALERTS, TROUBLE
from blocks.provisioning.automations import ensure_automations
from blocks.provisioning.saved_blocks import ensure_block
from imaging.articles.article import Article
from imaging.errors import ConfigurationError
from imaging.kinds import Kind
from tests.world import World, run_state

ARTICLE = Article(topic="Kaffee richtig lagern", user_id="nordlicht")


@pytest.fixture
def messages(prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the webhook of IMAGES_ALERTS_URL was sent."""
    sent: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/hook/geheim"
            sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """It says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("IMAGES_ALERTS_URL", f"http://127.0.0.1:{server.server_port}/hook/geheim")
    yield sent
    server.shutdown()
    server.server_close()


def heard(messages: list[str], count: int, seconds: float) -> bool:
    for _ in range(int(seconds * 10)):
        if len(messages) >= count:
            return True
        time.sleep(0.1)
    return False


def test_trouble_is_told_once_with_article_reason_and_link(
    world: World, api: SyncPrefectClient, messages: list[str]
) -> None:
    """A degraded run is one message, the next one like it within minutes none; a failed run is a message of its own."""
    assert ensure_block(ALERTS, load_settings()) == "created from the environment"
    assert ensure_block(ALERTS, load_settings()) == "there already"
    assert f"automation {TROUBLE}: created" in list(ensure_automations(api))
    assert f"automation {TROUBLE}: there already" in list(ensure_automations(api))
    world.chutes.fault("generate", 402, times=None, detail="no balance")
    runs: list[str] = []
    while not messages:  # the server knows a new automation a moment later
        runs.append(str(run_state(ARTICLE, [Kind.COMPARISON]).state_details.flow_run_id))
        assert heard(messages, 1, 2) or len(runs) < 30
    run_state(ARTICLE, [Kind.COMPARISON])
    run_state(Article(topic="Tee", user_id="nordlicht", slug="kaffee-richtig-lagern"))
    assert heard(messages, 2, 60)
    degraded, failed = messages
    assert degraded.startswith("article-images: nordlicht/kaffee-richtig-lagern ended as Degraded\ncomparison-")
    assert "no balance" in degraded
    assert any(degraded.endswith(f"/runs/flow-run/{run}") for run in runs)
    assert failed.startswith("article-images: nordlicht/kaffee-richtig-lagern ended as Failed\n")
    assert "slug: belongs to another article" in failed


def test_a_webhook_that_is_none_is_said_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address is named by its variable; whoever had the address could write there."""
    monkeypatch.setenv("IMAGES_ALERTS_URL", "slack geheim")
    with pytest.raises(ConfigurationError, match=r"^IMAGES_ALERTS_URL: .*webhook") as wrong:
        load_settings()
    assert "geheim" not in str(wrong.value)
