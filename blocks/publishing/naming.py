"""Names and tags of runs in the UI."""

from uuid import UUID

from prefect.context import FlowRunContext, SyncClientContext
from prefect.runtime import flow_run

from imaging.names.run_names import tenant_tag


def rename_run(name: str) -> None:
    """Give this run another name: once its slug is known to be another one than its topic's. Its log has it too."""
    with SyncClientContext.get_or_create() as context:
        context.client.update_flow_run(UUID(flow_run.id), name=name)
    if (run := FlowRunContext.get()) and run.flow_run:
        run.flow_run.name = name


def tag_with_tenant(user_id: str) -> None:
    """Tag this run with its tenant, if it is not yet; its other tags stay.

    Not by Prefect's context `tags` around the flow: its tasks would have the tag too, and each would ask the API for
    the tag's limit before it begins.
    """
    if (tag := tenant_tag(user_id)) in flow_run.tags:
        return
    with SyncClientContext.get_or_create() as context:
        context.client.update_flow_run(UUID(flow_run.id), tags=[*flow_run.tags, tag])
