"""Several machines, and what they share: a Prefect server on PostgreSQL, one bucket, the vendors."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from blocks.network.ports import free_port
from tests import VENDORS_AND_BUCKET
from tests.reliability.cluster.machine import Machine
from tests.reliability.cluster.postgres import postgres
from tests.reliability.harness.vendors import WatchedChutes, WatchedReplicate

_SERVER_START_SECONDS = 180


@dataclass
class Cluster:
    """What the machines share. `operator` is the machine that sets up, deploys and starts backlogs."""

    folder: Path
    api: str
    replicate: WatchedReplicate
    chutes: WatchedChutes
    bucket: Path
    operator: Machine
    workers: list[Machine]

    def runs(self, flow: str) -> list[dict[str, Any]]:
        """All runs of a flow, oldest first."""
        query: dict[str, Any] = {"flows": {"name": {"any_": [flow]}}, "sort": "START_TIME_ASC", "limit": 200}
        found: list[dict[str, Any]] = []
        while page := self._page(query | {"offset": len(found)}):
            found += page
        return found

    def _page(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        answer = httpx.post(f"{self.api}/flow_runs/filter", json=query, timeout=60)
        return list(answer.raise_for_status().json())


@contextmanager
def open_cluster(folder: Path, workers: int, runs_at_once: int, delay: float) -> Iterator[Cluster]:
    """Start everything, set it up and deploy; at the end all of it is stopped. Raises NoPostgres."""
    from blocks.storage.embedded import BUCKET, embedded_storage

    with ExitStack() as parts:
        database = parts.enter_context(postgres(folder / "postgres"))
        replicate = parts.enter_context(WatchedReplicate(delay=delay))
        chutes = parts.enter_context(WatchedChutes(delay=delay))
        store = parts.enter_context(embedded_storage(folder / "bucket"))
        keys = json.loads((folder / "bucket" / "storage.json").read_text())
        everything = {
            **replicate.environment(),
            **chutes.environment(),
            "IMAGES_PUBLIC_BASE_URL": store.public_base,
            "B2_ENDPOINT": str(store.bucket.credentials.aws_client_parameters.endpoint_url),
            "B2_KEY_ID": keys["key_id"],
            "B2_APPLICATION_KEY": keys["secret"],
            "B2_BUCKET_NAME": BUCKET,
        }
        # The workers have no keys: those are in the blocks that the operator's setup saves.
        plain = {name: value for name, value in everything.items() if not name.startswith(VENDORS_AND_BUCKET)}
        port = free_port()
        api = f"http://127.0.0.1:{port}/api"
        host = Machine(folder / "server", api, server_variables(database))
        parts.callback(host.kill)
        host.start("log", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui")
        _wait_for(api)
        operator = Machine(folder / "operator", api, everything)
        parts.callback(operator.kill)
        operator.call("setup.log", "article-images", "setup")
        operator.call("deploy.log", "prefect", "--no-prompt", "deploy", "--all")
        operator.call("setup.log", "article-images", "setup")
        machines = [Machine(folder / f"worker-{number}", api, plain) for number in range(1, workers + 1)]
        for machine in machines:
            parts.callback(machine.kill)
            machine.start(
                "log", "prefect", "worker", "start", "--type", "process", "--pool", "images",
                "--limit", str(runs_at_once), "--name", machine.folder.name,
            )  # fmt: skip
        yield Cluster(folder, api, replicate, chutes, folder / "bucket" / "storage" / BUCKET, operator, machines)
        for machine in (*machines, operator):
            _stop(machine)


def server_variables(database: str) -> dict[str, str]:
    """How the docs say that a server for several machines is started."""
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": database}


def _wait_for(api: str) -> None:
    deadline = time.monotonic() + _SERVER_START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{api}/health", timeout=5).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("the Prefect server did not start")


def _stop(machine: Machine) -> None:
    """Ask first: a worker that is asked leaves no run behind that looks as if it still went on."""
    for pid in machine.processes():
        try:
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + 15
    while machine.processes() and time.monotonic() < deadline:
        time.sleep(0.2)
