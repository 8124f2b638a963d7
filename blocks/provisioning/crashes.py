"""The automations for killed runs: they are marked as crashed, and those of deployments are run again.

A killed process is detected by its missing heartbeats.
"""

from datetime import timedelta

from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

HEARTBEAT = "article-images.heartbeat"
HEARTBEAT_SECONDS = 30.0
FLOWS = ["article-images", "article-backlog", "repair", "legacy-migration", "storage-report", "brand-assets"]
"""The flows that send heartbeats, and whose bad ends are reported."""
NAME = "article-images: killed runs"
FORMER = ("article-images: killed at start",)
"""Automations of earlier versions, for which others do the work by now."""
RUN_AGAIN = "article-images: run again"
_SILENCE = timedelta(seconds=90)  # two heartbeats may be lost
_ENDS = ("Completed", "Degraded", "Failed", "TimedOut", "Cancelled", "Crashed")  # names of final states
_AGAIN_WITHIN = timedelta(hours=1)  # once per run: a run that kills a second machine needs a person
# A backlog restarts its shards itself, and the next repair finishes an interrupted one.
_RUN_AGAIN_DEPLOYMENTS = ["manual", "on-published", "nightly", "background"]


def killed_runs() -> AutomationCore:
    """Return the automation that expects a heartbeat or the run's end within 90 s of its start and of each heartbeat.

    Restricted to our flows by name, since other flows on this API send no heartbeats; Prefect adds the flow to each
    event that a run emits. A run that has ended meanwhile keeps its state, since without `force` the API refuses to
    change a final state.
    """
    return AutomationCore(
        name=NAME,
        description="Marks a flow run as crashed when its process was killed: no heartbeat comes, and no final state.",
        trigger=EventTrigger(
            after={"prefect.flow-run.Running", HEARTBEAT},
            expect={HEARTBEAT, *(f"prefect.flow-run.{state}" for state in _ENDS)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=ResourceSpecification({"prefect.resource.role": ["flow"], "prefect.resource.name": FLOWS}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=_SILENCE,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"no heartbeat for {_SILENCE.total_seconds():g} s: its process ended without a word",
            )
        ],
    )


def run_again() -> AutomationCore:
    """Return the automation that schedules a deployment's crashed run again, once within an hour.

    It is the same run, so it keeps its parameters, and a backlog finds the shards that it has started.
    """
    flows = ["article-images", "article-backlog", "legacy-migration"]
    return AutomationCore(
        name=RUN_AGAIN,
        description="Runs a deployment's killed run again, on another worker.",
        trigger=EventTrigger(
            expect={"prefect.flow-run.Crashed"},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=[
                ResourceSpecification({"prefect.resource.role": ["flow"], "prefect.resource.name": flows}),
                ResourceSpecification(
                    {"prefect.resource.role": ["deployment"], "prefect.resource.name": _RUN_AGAIN_DEPLOYMENTS}
                ),
            ],
            for_each={"prefect.resource.id"},
            threshold=1,
            within=_AGAIN_WITHIN,
        ),
        actions=[ChangeFlowRunState(state=StateType.SCHEDULED, name="AwaitingRetry", message="its machine was lost")],
    )
