"""What a deployed product consists of beside a server: the deployments, a worker, vendors and a bucket."""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from blocks.storage.bucket import ImageStore
from blocks.storage.embedded import BUCKET, embedded_storage
from flows.local_stack import leftovers
from tests import ROOT, forking
from tests.standins import ChutesStandin, ReplicateStandin

Found = TypeVar("Found")


def prefect(*arguments: str, api: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run Prefect's own command."""
    command = [forking.python(), "-m", "prefect", *arguments]
    environment = os.environ | {"PREFECT_API_URL": api}
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=240, check=True)


def deployable(folder: Path) -> Path:
    """Make `folder` one to deploy from: a checkout, but without a developer's `.env`."""
    for name in ("prefect.yaml", "flows"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def ask(api: str, what: str, query: dict[str, Any] | None = None) -> Any:
    """Return what the API finds; a server with runs under way may take its time."""
    return httpx.post(f"{api}/{what}/filter", json=query or {}, timeout=60).json()


def deployments(api: str) -> dict[str, dict[str, Any]]:
    """The deployments by full name."""
    flows = {flow["id"]: flow["name"] for flow in ask(api, "flows")}
    found = ask(api, "deployments")
    return {f"{flows[each['flow_id']]}/{each['name']}": each for each in found}


def deployment_id(api: str, name: str) -> str:
    """The id of a deployment by its full name."""
    answer = httpx.get(f"{api}/deployments/name/{name}", timeout=60)
    answer.raise_for_status()
    return str(answer.json()["id"])


def automations(api: str) -> list[dict[str, Any]]:
    """The automations that deployments have made for their triggers."""
    found: list[dict[str, Any]] = ask(api, "automations")
    return [each for each in found if each["name"].startswith("article-images/")]


def runs(api: str, deployment: str) -> list[dict[str, Any]]:
    """The flow runs of a deployment, oldest first."""
    query = {"deployments": {"id": {"any_": [deployment_id(api, deployment)]}}, "sort": "START_TIME_ASC"}
    found: list[dict[str, Any]] = ask(api, "flow_runs", query)
    return found


def forget_runs(api: str, deployment: str) -> None:
    """Delete a deployment's runs, so that no worker begins them."""
    for run in runs(api, deployment):
        httpx.delete(f"{api}/flow_runs/{run['id']}", timeout=60).raise_for_status()


def wait_for(look: Callable[[], Found], seconds: float = 240, every: float = 0.5) -> Found:
    """Look `every` so many seconds until there is something to see; a server too busy to answer has nothing yet."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(httpx.TimeoutException):
            if found := look():
                return found
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(every)


@dataclass
class Vendors:
    """The vendors and the bucket, and the variables that point a worker at them."""

    replicate: ReplicateStandin
    chutes: ChutesStandin
    store: ImageStore
    environment: dict[str, str]


@contextmanager
def vendors(folder: Path) -> Iterator[Vendors]:
    """Serve make-believe vendors and a real bucket below `folder`."""
    with (
        ReplicateStandin() as replicate,
        ChutesStandin() as chutes,
        embedded_storage(folder / "bucket") as store,
    ):
        keys = json.loads((folder / "bucket" / "storage.json").read_text())
        environment = {
            **replicate.environment(),
            **chutes.environment(),
            "REPLICATE_POLL_INTERVAL": "0.05",
            "IMAGES_DATA_DIR": str(folder / "data"),
            "IMAGES_PUBLIC_BASE_URL": store.public_base,
            "B2_ENDPOINT": f"http://127.0.0.1:{keys['s3_port']}",
            "B2_KEY_ID": keys["key_id"],
            "B2_APPLICATION_KEY": keys["secret"],
            "B2_BUCKET_NAME": BUCKET,
        }
        yield Vendors(replicate, chutes, store, environment)


@contextmanager
def worker(api: str, log: Path, **variables: str) -> Iterator[None]:
    """Run a worker of the pool for as long as the context lasts."""
    command = [forking.python(), "-m", "prefect", "worker", "start", "--pool", "images"]
    mark = uuid.uuid4().hex
    # Its runs' logs are looked at in the UI.
    logged = {"PREFECT_LOGGING_TO_API_ENABLED": "true"}
    served = {"PREFECT_API_URL": api, "PREFECT_WORKER_QUERY_SECONDS": "1", leftovers.VARIABLE: mark}
    environment = os.environ | served | logged | variables
    with log.open("w") as file:
        process = subprocess.Popen(
            command, env=environment, cwd=log.parent, stdout=file, stderr=file, start_new_session=True
        )
        try:
            yield
        finally:
            leftovers.end_marked(mark, 0)  # at once: its own stop is no business of these tests
            process.wait()
