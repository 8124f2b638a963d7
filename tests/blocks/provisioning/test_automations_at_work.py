"""The automations at work, on a real server: repairs follow degraded runs, and what was missed is seen."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.events import emit_event
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger
from prefect.states import Crashed, Running

from blocks.provisioning.automations import (
    ACTION_FAILED,
    MISSED_DEPLOYMENT,
    REPAIR_DEPLOYMENT,
    ensure_automations,
    ensure_killed_runs,
)
from blocks.provisioning.pool import ensure_pool
from flows.missed import missed_event
from tests.slate import deploy, runs_of, wipe

TOO_SOON = timedelta(minutes=9)


@pytest.fixture
def api(prefect_api: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        wipe(client)
        ensure_pool(client)
        for name in (REPAIR_DEPLOYMENT, MISSED_DEPLOYMENT):
            deploy(client, name)
        for _ in ensure_automations(client):
            pass
        notice_after(client, "before all", lambda: failed_action("before all"))
        yield client
        wipe(client)
        ensure_killed_runs(client)


def failed_action(automation: str) -> None:
    """Say that the automation could not act."""
    of = {"prefect.resource.id": "test", "prefect.resource.name": automation}
    emit_event(ACTION_FAILED, resource=of, payload={"reason": "a test"})


def notice_after(client: SyncPrefectClient, automation: str, emit: Callable[[], object]) -> FlowRun:
    """Emit until there is a notice of the automation: a new one is known to the server a moment later only."""
    for _ in range(60):
        emit()
        for _ in range(10):
            for run in taken(client, MISSED_DEPLOYMENT):
                if run.parameters["automation"] == automation:
                    return run
            time.sleep(0.1)
    raise AssertionError(f"no notice of {automation}")


def taken(client: SyncPrefectClient, name: str) -> list[FlowRun]:
    """The runs of a deployment. They are deleted, so that no worker finds them."""
    runs = runs_of(client, name)
    for run in runs:
        client.delete_flow_run(run.id)
    return runs


def test_one_repair_follows_the_degraded_runs_of_ten_minutes(api: SyncPrefectClient) -> None:
    """An outage leaves many degraded runs at once; the first of them orders one repair, for ten minutes later."""
    before = datetime.now(UTC)
    for slug in ("a", "b", "c"):
        emit_event("article-images.degraded", resource={"prefect.resource.id": f"article-images.default.{slug}"})
    # Events are looked at in their order: when this one has made its run, the three have been.
    notice_after(api, "after all", lambda: failed_action("after all"))
    runs: list[FlowRun] = []
    for _ in range(120):  # an action follows its event a moment later
        if runs := taken(api, REPAIR_DEPLOYMENT):
            break
        time.sleep(0.25)
    [run] = runs
    assert run.expected_start_time is not None
    assert run.expected_start_time > before + TOO_SOON


def test_an_event_that_no_run_could_be_made_of_is_seen(api: SyncPrefectClient) -> None:
    """A payload that makes no parameters gives a failed run that names automation and reason; its log has the event."""
    payload = {
        "__prefect_kind": "json",
        "value": {"__prefect_kind": "jinja", "template": "{{ event.payload.article }}"},
    }
    target = api.read_deployment_by_name(REPAIR_DEPLOYMENT).id
    broken = AutomationCore(
        name="test: on-published",
        trigger=EventTrigger(expect={"test.published"}),
        actions=[RunDeployment(source="selected", deployment_id=target, parameters={"article": payload})],
    )
    automation = api.create_automation(broken)
    try:
        of, said = {"prefect.resource.id": "cms.42"}, {"article": "{not JSON"}
        notice = notice_after(api, broken.name, lambda: emit_event("test.published", resource=of, payload=said))
    finally:
        api.delete_automation(automation)
    assert "InvalidJSON" in notice.parameters["reason"]

    lines = _Lines()
    logging.getLogger("prefect.flow_runs").addHandler(lines)
    for _ in range(60):  # the server writes events down every five seconds
        state = missed_event(**notice.parameters, return_state=True)
        if lines.said:
            break
        time.sleep(0.2)
    logging.getLogger("prefect.flow_runs").removeHandler(lines)
    assert state.is_failed()
    assert str(state.message).startswith("the automation test: on-published could not act: ")
    assert "test.published of cms.42: {'article': '{not JSON'}" in lines.said[0]


def test_a_deployments_run_that_crashed_is_run_again_once(api: SyncPrefectClient) -> None:
    """It waits for a worker again, as the same run; after a second crash within the hour it stays crashed."""
    names = ("article-images/manual", "article-images/another")
    again, other = [api.create_flow_run_from_deployment(deploy(api, name)).id for name in names]
    for run in (other, again):
        crash(api, run)
    assert state_after(api, again, "CRASHED").name == "AwaitingRetry"
    crash(api, again)
    notice_after(api, "after all of it", lambda: failed_action("after all of it"))
    assert [state_after(api, run, "RUNNING").name for run in (again, other)] == ["Crashed", "Crashed"]


def crash(client: SyncPrefectClient, run_id: UUID) -> None:
    """Have the run begin, and its machine be gone."""
    client.set_flow_run_state(run_id, Running(), force=True)
    client.set_flow_run_state(run_id, Crashed())


def state_after(client: SyncPrefectClient, run_id: UUID, before: str) -> State[object]:
    """The run's state as soon as it is another one than `before`."""
    for _ in range(120):
        state = client.read_flow_run(run_id).state
        if state and state.type != before:
            return state
        time.sleep(0.25)
    raise AssertionError(f"still {before}")


class _Lines(logging.Handler):
    """Keeps what the flow logs of the event."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.module == "missed":
            self.said.append(record.getMessage())
