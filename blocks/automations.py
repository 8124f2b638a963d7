"""The automation that marks a run as crashed when its process was killed and nobody could say so."""

from datetime import timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

HEARTBEAT = "article-images.heartbeat"
HEARTBEAT_SECONDS = 30.0
NAME = "article-images: killed runs"
_SILENCE = timedelta(seconds=90)  # two heartbeats may be lost
_ENDS = ("Completed", "Degraded", "Failed", "TimedOut", "Cancelled", "Crashed")  # names of final states


def killed_runs() -> AutomationCore:
    """Return the automation: after a heartbeat, another one or the run's end must come within 90 s.

    It sees only runs that send our heartbeat. A run that has ended meanwhile keeps its state: without `force` the
    API refuses to have an ended run crash.
    """
    return AutomationCore(
        name=NAME,
        description="Marks a flow run as crashed when its process was killed: its heartbeats stop, and no end is told.",
        trigger=EventTrigger(
            after={HEARTBEAT},
            expect={HEARTBEAT, *(f"prefect.flow-run.{state}" for state in _ENDS)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
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


def ensure_killed_runs(client: SyncPrefectClient) -> bool:
    """Create the automation, or bring the one that is there up to date. Return whether anything had to be done."""
    wanted = killed_runs()
    for there in client.read_automations_by_name(NAME):
        if _same(there, wanted):
            return False
        client.update_automation(there.id, wanted.model_copy(update={"enabled": there.enabled}))
        return True
    client.create_automation(wanted)
    return True


def _same(one: AutomationCore, other: AutomationCore) -> bool:
    return (one.trigger, one.actions) == (other.trigger, other.actions)
