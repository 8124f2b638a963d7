"""The automation for killed runs: there once, right, and the reason why a dead run does not stay Running."""

import time
from datetime import UTC, datetime, timedelta

from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.events import emit_event
from prefect.events.worker import EventsWorker
from prefect.states import Completed, Running

from blocks.provisioning.automations import ensure, ensure_killed_runs
from blocks.provisioning.crashes import FORMER, HEARTBEAT, NAME, killed_runs


@flow
def some_flow() -> None:
    """A flow whose runs are only in the API."""


def test_it_is_made_once_and_mended(prefect_api: str) -> None:
    """The local server has it from its start; asking again changes nothing; an older version's is put right."""
    with get_client(sync_client=True) as client:
        assert ensure_killed_runs(client) is False
        (there,) = client.read_automations_by_name(NAME)
        older = {"actions": [], "enabled": False, "tags": ["article-images:00000000"]}
        client.update_automation(there.id, killed_runs().model_copy(update=older))
        assert ensure_killed_runs(client) is True
        (mended,) = client.read_automations_by_name(NAME)
        assert mended.actions == killed_runs().actions
        assert mended.enabled is False  # somebody's decision
        client.resume_automation(there.id)


def test_the_former_second_automation_goes(prefect_api: str) -> None:
    """One as an earlier version made it is deleted; one that somebody has edited is kept, and is no change."""
    with get_client(sync_client=True) as client:
        former = killed_runs().model_copy(update={"name": FORMER[0]})
        ensure(client, former)
        assert ensure_killed_runs(client) is True
        assert client.read_automations_by_name(FORMER[0]) == []
        ensure(client, former)
        (there,) = client.read_automations_by_name(FORMER[0])
        client.update_automation(there.id, former.model_copy(update={"actions": [], "tags": there.tags}))
        assert ensure_killed_runs(client) is False
        client.delete_automation(there.id)


def test_a_run_whose_heartbeats_stop_is_crashed(prefect_api: str) -> None:
    """A run that was last heard of an hour ago is marked as crashed; one that has ended since then is left alone."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    with get_client(sync_client=True) as client:
        dead, ended = (client.create_flow_run(some_flow, state=Running()) for _ in range(2))
        client.set_flow_run_state(ended.id, Completed())
        (there,) = client.read_automations_by_name(NAME)
        for _ in range(60):
            for run in (dead, ended):
                say(HEARTBEAT, run, "repair", long_ago)
            state = client.read_flow_run(dead.id).state
            if state and not state.is_running():
                break
            client.resume_automation(there.id)  # has the server look now, and not when a run may be overdue
            time.sleep(1)
        states = [client.read_flow_run(run.id).state for run in (dead, ended)]
        assert [state and (state.type.value, state.message) for state in states] == [
            ("CRASHED", "no heartbeat for 90 s: its process ended without a word"),
            ("COMPLETED", None),
        ]


def test_a_run_that_was_killed_before_its_first_heartbeat_is_crashed(prefect_api: str) -> None:
    """It is known by its flow's name: a run of somebody else's flow, which sends none, is left alone."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    # Prefect adds the run in which its sender of events was started to all that is emitted outside of runs.
    EventsWorker.drain_all(timeout=30)
    with get_client(sync_client=True) as client:
        ours, theirs = (client.create_flow_run(some_flow, state=Running()) for _ in range(2))
        (there,) = client.read_automations_by_name(NAME)
        for _ in range(60):
            for run, flow_name in ((theirs, "some-flow"), (ours, "article-images")):
                say("prefect.flow-run.Running", run, flow_name, long_ago)
            if not is_running(client, ours):
                break
            client.resume_automation(there.id)  # has the server look now
            time.sleep(1)
        assert (is_running(client, ours), is_running(client, theirs)) == (False, True)
        client.set_flow_run_state(theirs.id, Completed())


def say(event: str, run: FlowRun, flow_name: str, occurred: datetime) -> None:
    """Say of a run of that flow what the server says, or the run."""
    emit_event(
        event=event,
        resource={"prefect.resource.id": f"prefect.flow-run.{run.id}"},
        related=[{"prefect.resource.id": "x", "prefect.resource.role": "flow", "prefect.resource.name": flow_name}],
        occurred=occurred,
    )


def is_running(client: SyncPrefectClient, run: FlowRun) -> bool:
    state = client.read_flow_run(run.id).state
    return bool(state and state.is_running())
