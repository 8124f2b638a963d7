"""The automations for runs that were killed: they are marked as crashed, and those of deployments are run again.

A killed process says nothing, so its silence has to speak: its heartbeats stop, or never begin.
"""

from datetime import timedelta

from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

HEARTBEAT = "article-images.heartbeat"
HEARTBEAT_SECONDS = 30.0
NAME = "article-images: killed runs"
KILLED_AT_START = "article-images: killed at start"
RUN_AGAIN = "article-images: run again"
_BEATING = ["article-images", "article-backlog", "repair"]  # the flows that send heartbeats
_SILENCE = timedelta(seconds=90)  # two heartbeats may be lost
_ENDS = ("Completed", "Degraded", "Failed", "TimedOut", "Cancelled", "Crashed")  # names of final states
_AGAIN_WITHIN = timedelta(hours=1)  # once for each run: what kills a second machine is to be looked at by a person
# A backlog starts its shards again itself, and the next repair does what this one has not.
_RUN_AGAIN_DEPLOYMENTS = ["manual", "on-published", "nightly"]


def killed_runs() -> AutomationCore:
    """Return the automation: after a heartbeat, another one or the run's end must come within 90 s.

    It sees only runs that send our heartbeat. A run that has ended meanwhile keeps its state: without `force` the
    API refuses to have an ended run crash.
    """
    return _crashed_by_silence(
        NAME,
        "Marks a flow run as crashed when its process was killed: its heartbeats stop, and no end is told.",
        after=HEARTBEAT,
        of=ResourceSpecification({}),
    )


def killed_at_start() -> AutomationCore:
    """Return the automation for a run that was killed before its first heartbeat was heard.

    Other flows of this API send none: it looks at ours alone, by their names.
    """
    return _crashed_by_silence(
        KILLED_AT_START,
        "Marks a flow run as crashed whose process was killed before its first heartbeat.",
        after="prefect.flow-run.Running",
        of=ResourceSpecification({"prefect.resource.role": ["flow"], "prefect.resource.name": _BEATING}),
    )


def _crashed_by_silence(name: str, description: str, after: str, of: ResourceSpecification) -> AutomationCore:
    return AutomationCore(
        name=name,
        description=description,
        trigger=EventTrigger(
            after={after},
            expect={HEARTBEAT, *(f"prefect.flow-run.{state}" for state in _ENDS)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=of,
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
    """Return the automation: a deployment's run that has crashed is scheduled again, once within an hour.

    It is the same run, so what it was started with stays, and a backlog finds the shards that it has started.
    """
    flows = ["article-images", "article-backlog"]
    return AutomationCore(
        name=RUN_AGAIN,
        description="Has another worker make what the killed run of a deployment has not.",
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
