"""A deployment's run in a world, as a process worker starts it."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import httpx

from tests import ROOT
from tests.reliability.harness.world import MARK, World


def new_run(world: World, flow: str, parameters: Mapping[str, Any]) -> str:
    """Create a run of a flow, named like its file, and return its id."""
    api = world.environment["PREFECT_API_URL"]
    flow_id = httpx.post(f"{api}/flows/", json={"name": flow.replace("_", "-")}).raise_for_status().json()["id"]
    run = {"flow_id": flow_id, "parameters": dict(parameters), "state": {"type": "PENDING"}}
    return str(httpx.post(f"{api}/flow_runs/", json=run).raise_for_status().json()["id"])


def start_engine(world: World, flow: str, run: str) -> "subprocess.Popen[str]":
    """Start the process of a flow run."""
    variables = {
        MARK: world.mark,
        "PREFECT__FLOW_RUN_ID": run,
        "PREFECT__FLOW_ENTRYPOINT": f"{ROOT / 'flows' / flow}.py:{flow}",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
    }
    with (world.folder / "stdout").open("w") as out, (world.folder / "stderr").open("w") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.lifecycle.run_engine"],
            env=world.environment | variables,
            cwd=ROOT,
            stdout=out,
            stderr=err,
            text=True,
        )


def end_of(world: World, run: str) -> tuple[str, str]:
    """Return type and message of the run's state, such as `COMPLETED`: a process tells it by no exit code."""
    state = httpx.get(f"{world.environment['PREFECT_API_URL']}/flow_runs/{run}").raise_for_status().json()["state"]
    return str(state["type"]), str(state["message"] or "")
