"""Names and tags of runs in the UI."""

from uuid import UUID

from prefect.context import FlowRunContext, SyncClientContext
from prefect.runtime import flow_run


def named(user_id: str, slug: str) -> str:
    """Return the name of an article's run."""
    return f"{user_id}/{slug}"


def rename_run(name: str) -> None:
    """Give this run another name: once its slug is known to be another one than its topic's. Its log has it too."""
    with SyncClientContext.get_or_create() as context:
        context.client.update_flow_run(UUID(flow_run.id), name=name)
    if (run := FlowRunContext.get()) and run.flow_run:
        run.flow_run.name = name


def tenant_tag(user_id: str) -> str:
    """Return the tag by which the runs of one tenant are listed."""
    return f"tenant:{user_id}"


def tag_with_tenant(user_id: str) -> None:
    """Tag this run with its tenant, if it was not created so; its other tags stay."""
    if (tag := tenant_tag(user_id)) in flow_run.tags:
        return
    with SyncClientContext.get_or_create() as context:
        context.client.update_flow_run(UUID(flow_run.id), tags=[*flow_run.tags, tag])
