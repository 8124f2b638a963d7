"""What runs the deployments: work pool, workers, and the deployments themselves."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import DeploymentStatus, WorkerStatus
from prefect.exceptions import ObjectNotFound

from blocks.doctor.finding import Finding, warning, well
from blocks.doctor.scene import SETUP, Scene
from blocks.provisioning.pool import POOL

_PREFECT_YAML = Path(__file__).parent.parent.parent / "prefect.yaml"
_DEPLOY = "prefect --no-prompt deploy --all"
_WORKER = f"prefect worker start --pool {POOL}"


def check_work_pool(scene: Scene) -> Iterator[Finding]:
    """Look whether there is a pool that a worker takes runs from."""
    if scene.client is None:
        return
    name = f"work pool {POOL}"
    try:
        pool = scene.client.read_work_pool(POOL)
    except ObjectNotFound:
        yield scene.missing(name, "there is none: runs of deployments have no place to go", SETUP)
        return
    if pool.is_paused:
        yield warning(name, "is paused: no run starts", f"prefect work-pool resume {POOL}")
        return
    yield well(name, f"is there, of type {pool.type}")
    if online := online_workers(scene.client):
        yield well("worker", f"{len(online)} online: {', '.join(online)}")
    else:
        yield scene.missing("worker", "none is online: runs of deployments stay Scheduled", _WORKER)


def check_deployments(scene: Scene) -> Iterator[Finding]:
    """Compare the deployments with prefect.yaml, where the product is run from its source."""
    if scene.client is None or not _PREFECT_YAML.exists():
        return
    missing, paused, served = [], [], 0
    for name in deployments_wanted():
        try:
            deployment = scene.client.read_deployment_by_name(name)
        except ObjectNotFound:
            missing.append(name)
            continue
        paused += [name] if deployment.paused else []
        served += deployment.status == DeploymentStatus.READY
    if missing:
        yield scene.missing("deployments", f"not there: {', '.join(missing)}", f"{_DEPLOY}, then {SETUP}")
    if paused:
        yield warning("deployments", f"paused: {', '.join(paused)}", "resume them in the UI")
    if not (missing or paused):
        yield well("deployments", f"all of prefect.yaml are there, {served} of them with somebody who runs them")


def deployments_wanted() -> list[str]:
    """Return the names of the deployments in prefect.yaml; a flow is called as its function, with hyphens."""
    entries = yaml.safe_load(_PREFECT_YAML.read_text())["deployments"]
    return [f"{_flow_name(entry['entrypoint'])}/{entry['name']}" for entry in entries]


def online_workers(client: SyncPrefectClient) -> list[str]:
    """Return the names of the workers of the pool that have been heard of lately."""
    workers = client.read_workers_for_work_pool(POOL)
    return sorted(worker.name for worker in workers if worker.status == WorkerStatus.ONLINE)


def _flow_name(entrypoint: str) -> str:
    return entrypoint.rpartition(":")[2].replace("_", "-")
