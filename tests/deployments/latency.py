"""How long it takes from the event to the first vendor call: `python -m tests.deployments.latency [--events 5]`.

A server, a worker and vendors of its own, set up as docs/prefect.md says; a minute, and nothing is asserted.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from tests.deployments.stack import Vendors

STAGES = ("run created", "taken by the worker", "running", "first vendor call", "first paid call")


def main() -> None:
    """Print seconds after the event for each stage, a row for each event."""
    parser = argparse.ArgumentParser(prog="python -m tests.deployments.latency", description=__doc__)
    parser.add_argument("--events", type=int, default=5, help="how many, one after the other (default 5)")
    parser.add_argument("--query-seconds", default="2", help="PREFECT_WORKER_QUERY_SECONDS (default 2)")
    options = parser.parse_args()
    table = Table(*STAGES, "load")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PREFECT_HOME"] = f"{folder}/prefect"  # read when Prefect is imported, which is below
        for row in _rows(Path(folder), options.events, options.query_seconds):
            table.add_row(*row)
    Console().print(table)


def _rows(folder: Path, events: int, query_seconds: str) -> Iterator[list[str]]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.local_stack.local_server import local_api
    from tests.deployments.stack import deployable, prefect, vendors, worker

    with local_api(folder / "prefect", linger=0) as api:
        prefect("work-pool", "create", "--type", "process", "images", api=api, cwd=deployable(folder))
        prefect("deploy", "--all", api=api, cwd=folder)
        with (
            temporary_settings({PREFECT_API_URL: api}),
            vendors(folder) as them,
            worker(api, folder / "worker.log", PREFECT_WORKER_QUERY_SECONDS=query_seconds, **them.environment),
        ):
            list(_stages(api, them))  # waits for the worker to start, and warms the disk
            for _ in range(events):
                yield [*(f"{seconds:.1f} s" for seconds in _stages(api, them)), f"{os.getloadavg()[0]:.1f}"]


def _stages(api: str, them: "Vendors") -> Iterator[float]:
    """Emit the event of a new article, and yield the seconds after it for each stage."""
    from prefect.events import emit_event

    from tests.deployments.stack import runs, wait_for

    calls, paid = len(them.replicate.requests), len(them.replicate.paid)
    article = {"topic": f"Latency {uuid4()}"}
    start = time.time()
    emit_event("content.article.published", {"prefect.resource.id": "content.x"}, payload={"article": article})
    wait_for(lambda: len(them.replicate.requests) > calls, every=0.01)
    called = time.time() - start
    wait_for(lambda: len(them.replicate.paid) > paid, every=0.01)
    bought = time.time() - start
    run = next(run for run in runs(api, "article-images/on-published") if run["parameters"]["article"] == article)
    wait_for(lambda: httpx.get(f"{api}/flow_runs/{run['id']}").json()["state_type"] == "COMPLETED")
    time.sleep(5)  # articles do not come on each other's heels: let the server write down what it heard
    states = httpx.get(f"{api}/flow_run_states/", params={"flow_run_id": run["id"]}).json()
    times = {state["name"]: datetime.fromisoformat(state["timestamp"]).timestamp() - start for state in states}
    yield from (times["Scheduled"], times["Pending"], times["Running"], called, bought)


if __name__ == "__main__":
    main()
