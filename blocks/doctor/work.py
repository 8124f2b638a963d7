"""Checks of the work pool, its workers, and the deployments."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import DeploymentStatus, WorkerStatus
from prefect.exceptions import ObjectNotFound

from blocks.doctor.finding import Finding, warning, well
from blocks.doctor.installation import SETUP, Installation
from blocks.provisioning.pool import POOL

_PREFECT_YAML = Path(__file__).parent.parent.parent / "prefect.yaml"
_DEPLOY = "prefect --no-prompt deploy --all"
_WORKER = f"prefect worker start --pool {POOL}"


def check_work_pool(installation: Installation) -> Iterator[Finding]:
    """Check that the pool exists, is not paused, and has an online worker."""
    if installation.client is None:
        return
    name = f"work pool {POOL}"
    try:
        pool = installation.client.read_work_pool(POOL)
    except ObjectNotFound:
        yield installation.missing(name, "does not exist: runs of deployments cannot start", SETUP)
        return
    if pool.is_paused:
        yield warning(name, "is paused: no run starts", f"prefect work-pool resume {POOL}")
        return
    yield well(name, f"exists, of type {pool.type}")
    if online := online_workers(installation.client):
        yield well("worker", f"{len(online)} online: {', '.join(online)}")
    else:
        yield installation.missing("worker", "none is online: runs of deployments stay Scheduled", _WORKER)


def check_deployments(installation: Installation) -> Iterator[Finding]:
    """Compare the deployments with prefect.yaml, if the product is run from its source."""
    if installation.client is None or not _PREFECT_YAML.exists():
        return
    missing, paused, served = [], [], 0
    for name in deployments_wanted():
        try:
            deployment = installation.client.read_deployment_by_name(name)
        except ObjectNotFound:
            missing.append(name)
            continue
        paused += [name] if deployment.paused else []
        served += deployment.status == DeploymentStatus.READY
    if missing:
        yield installation.missing("deployments", f"missing: {', '.join(missing)}", f"{_DEPLOY}, then {SETUP}")
    if paused:
        yield warning("deployments", f"paused: {', '.join(paused)}", "resume them in the UI")
    if not (missing or paused):
        yield well("deployments", f"all of prefect.yaml exist, {served} of them with a worker or process to run them")


def deployments_wanted() -> list[str]:
    """Return the names of the deployments in prefect.yaml; a flow's name is its function's, with hyphens."""
    entries = yaml.safe_load(_PREFECT_YAML.read_text())["deployments"]
    return [f"{_flow_name(entry['entrypoint'])}/{entry['name']}" for entry in entries]


def online_workers(client: SyncPrefectClient) -> list[str]:
    """Return the names of the pool's online workers."""
    workers = client.read_workers_for_work_pool(POOL)
    return sorted(worker.name for worker in workers if worker.status == WorkerStatus.ONLINE)


def _flow_name(entrypoint: str) -> str:
    return entrypoint.rpartition(":")[2].replace("_", "-")
