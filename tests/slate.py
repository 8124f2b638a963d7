"""A clean slate on the tests' Prefect API: what `setup` makes there would change the tests that come later."""

from contextlib import suppress
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound

from blocks.provisioning.alerts import ALERTS
from blocks.provisioning.automations import wanted_automations
from blocks.provisioning.pool import POOL
from blocks.provisioning.saved_blocks import CREDENTIALS


def wipe(client: SyncPrefectClient) -> None:
    """Delete all that `setup` and a deploy make."""
    for credential in (*CREDENTIALS, ALERTS):
        with suppress(ValueError):
            credential.block_type.delete(credential.name, _sync=True)  # type: ignore[call-arg]
    for variable in client.read_variables():
        if variable.name.startswith("images_"):
            client.delete_variable_by_name(variable.name)
    for deployment in client.read_deployments():
        client.delete_deployment(deployment.id)
    for wanted in wanted_automations(client):
        for automation in client.read_automations_by_name(wanted.name):
            client.delete_automation(automation.id)
    with suppress(ObjectNotFound):
        client.delete_global_concurrency_limit_by_name("images-replicate")
    with suppress(ObjectNotFound):
        client.delete_work_pool(POOL)


def deploy(client: SyncPrefectClient, name: str) -> UUID:
    """Make the deployment `flow/deployment` in the pool, as `prefect deploy` would; it cannot be run."""
    flow, _, deployment = name.partition("/")
    return client.create_deployment(client.create_flow_from_name(flow), deployment, work_pool_name=POOL)


def runs_of(client: SyncPrefectClient, name: str) -> list[FlowRun]:
    """The runs of a deployment, oldest first. Of all runs the API gives the first 200, and other tests have more."""
    deployment = FlowRunFilterDeploymentId(any_=[client.read_deployment_by_name(name).id])
    found = client.read_flow_runs(flow_run_filter=FlowRunFilter(deployment_id=deployment))
    return sorted(found, key=lambda run: str(run.created))
