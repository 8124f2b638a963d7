"""Shards whose machine dies, on a real API: no worker is here, the test plays both the dead and the living one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Crashed, Failed, Pending, Running

from blocks.provisioning.pool import ensure_pool
from blocks.records.records import Records
from flows.backlog_run import shards, watch
from flows.backlog_run.shards import DEPLOYMENT, run_in_shards
from flows.backlog_run.watch import Watch
from imaging.backlog import SourceReport
from imaging.names import record_paths
from tests.slate import deploy, runs_of, wipe


@pytest.fixture
def api(prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncPrefectClient]:
    monkeypatch.setattr(shards, "_LOOK_AGAIN_SECONDS", 0.05)
    with get_client(sync_client=True) as client:
        wipe(client)
        ensure_pool(client)
        deploy(client, DEPLOYMENT)
        yield client
        wipe(client)


@flow
async def sharded(records: Records, number: int) -> tuple[list[SourceReport], list[str]]:
    return await run_in_shards({"source": "nowhere"}, number, records)


async def died(client: SyncPrefectClient, before: int) -> FlowRun:
    """Have the newest run die as soon as there are more than `before`."""
    while len(runs := await asyncio.to_thread(runs_of, client, DEPLOYMENT)) <= before:
        await asyncio.sleep(0.05)
    client.set_flow_run_state(runs[-1].id, Running())
    client.set_flow_run_state(runs[-1].id, Crashed(message="its machine is gone"))
    return runs[-1]


def test_a_shard_whose_machine_died_is_started_again(api: SyncPrefectClient, tmp_path: Path) -> None:
    """The shard's next run makes the report; nobody has pressed anything."""
    records = Records(None, tmp_path)

    async def play() -> tuple[list[SourceReport], list[str]]:
        going = asyncio.create_task(sharded(records, 1))
        await died(api, 0)
        while len(runs := await asyncio.to_thread(runs_of, api, DEPLOYMENT)) < 2:
            await asyncio.sleep(0.05)
        report = shards._Left(sources=[SourceReport(source="nowhere", complete=3)])
        records.write(record_paths.shard_path(runs[-1].id), report.model_dump_json().encode())
        api.set_flow_run_state(runs[-1].id, Running())
        api.set_flow_run_state(runs[-1].id, Completed())
        return await going

    reports, problems = asyncio.run(play())
    assert ([report.complete for report in reports], problems) == ([3], [])


def test_what_kills_every_machine_is_given_up(api: SyncPrefectClient, tmp_path: Path) -> None:
    """After four lives a shard is a problem of the report, with the last state's message."""

    async def play() -> tuple[list[SourceReport], list[str]]:
        going = asyncio.create_task(sharded(Records(None, tmp_path), 1))
        for before in range(4):
            await died(api, before)
        return await going

    reports, problems = asyncio.run(play())
    assert (reports, len(runs_of(api, DEPLOYMENT))) == ([], 4)
    assert problems == ["shard 1 of 1 left no report; its run is Crashed: its machine is gone"]


def test_a_run_that_nobody_begins_is_given_up(api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its worker died before the first heartbeat: pending for too long is crashed; a failed run has just ended."""
    deployment = api.read_deployment_by_name(DEPLOYMENT).id
    stuck, failed = [api.create_flow_run_from_deployment(deployment).id for _ in range(2)]
    api.set_flow_run_state(stuck, Pending())
    api.set_flow_run_state(failed, Failed(), force=True)
    seen = Watch()
    asked = {"stuck": stuck, "failed": failed}
    assert set(asyncio.run(seen.ended(asked))) == {"failed"}
    monkeypatch.setattr(watch, "_PENDING_SECONDS", 0.0)
    asyncio.run(seen.ended(asked))
    ended = asyncio.run(seen.ended(asked))["stuck"].state
    assert ended
    assert ended.is_crashed()
    assert "the machine that took it is gone" in str(ended.message)
