"""The automations at work, on a real server: repairs follow degraded runs, and what was missed is seen."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.events import emit_event
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger

from blocks.automations import MISSED_DEPLOYMENT, REPAIR_DEPLOYMENT, ensure_automations, ensure_killed_runs
from blocks.pool import ensure_pool
from flows.missed import missed_event
from tests.slate import deploy, wipe

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
        yield client
        wipe(client)
        ensure_killed_runs(client)


def runs_of(client: SyncPrefectClient, name: str, at_least: int = 1) -> list[FlowRun]:
    """The runs of a deployment, as soon as there are so many. They are deleted, so that no worker finds them."""
    deployment = client.read_deployment_by_name(name).id
    for _ in range(300):
        runs = [run for run in client.read_flow_runs() if run.deployment_id == deployment]
        if len(runs) >= at_least:
            break
        time.sleep(0.1)
    for run in runs:
        client.delete_flow_run(run.id)
    return runs


def test_one_repair_follows_the_degraded_runs_of_ten_minutes(api: SyncPrefectClient) -> None:
    """An outage leaves many degraded runs at once; the first of them orders one repair, for ten minutes later."""
    before = datetime.now(UTC)
    for slug in ("a", "b", "c"):
        emit_event("article-images.degraded", resource={"prefect.resource.id": f"article-images.default.{slug}"})
    [run] = runs_of(api, REPAIR_DEPLOYMENT)
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
        emit_event("test.published", resource={"prefect.resource.id": "cms.42"}, payload={"article": "{not JSON"})
        [notice] = runs_of(api, MISSED_DEPLOYMENT)
    finally:
        api.delete_automation(automation)
    assert notice.parameters["automation"] == "test: on-published"
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


def test_a_notice_without_its_event_says_what_it_knows(prefect_api: str) -> None:
    """Where the event is not to be had any more, the run still fails with automation and reason, and opens no door."""
    reason = "cannot call https://hooks.example/x?token=geheim"
    state = missed_event("on-published", reason, uuid4(), return_state=True)
    assert state.is_failed()
    assert "on-published could not act: cannot call https://hooks.example/x?…" in str(state.message)


class _Lines(logging.Handler):
    """Keeps what the flow logs of the event."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.module == "missed":
            self.said.append(record.getMessage())
