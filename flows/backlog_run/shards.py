"""Shards: a backlog's articles shared out over runs of the deployment `article-backlog/shard`, on as many workers."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.records.records import Records
from flows.backlog_run.watch import Watch
from imaging.backlog import BacklogReport, SourceReport
from imaging.names import record_paths

DEPLOYMENT = "article-backlog/shard"
_LOOK_AGAIN_SECONDS = 2.0
_LIVES = 4  # runs of one shard: what kills four machines would kill the next one too


class _Left(BaseModel):
    """A shard's report, as it leaves it for the run that started it."""

    model_config = ConfigDict(frozen=True)

    sources: list[SourceReport]


async def is_deployed() -> bool:
    """Return whether there is a deployment that shards can be run through."""
    async with get_client() as client:
        try:
            await client.read_deployment_by_name(DEPLOYMENT)
        except ObjectNotFound:
            return False
    return True


async def run_in_shards(
    parameters: Mapping[str, Any], shards: int, records: Records
) -> tuple[list[SourceReport], list[str]]:
    """Start a run for each shard, wait for all, and return what they report, and which of them ended badly.

    A shard whose machine died is started again: what it had not done yet, another worker does.
    """
    runs = {shard: await start_shard(parameters, shards, shard) for shard in range(1, shards + 1)}
    get_run_logger().info("%d shards started; the workers of %s take them", shards, DEPLOYMENT)
    lives = Counter(dict.fromkeys(runs, _LIVES))
    ended: dict[int, FlowRun] = {}
    watch = Watch()
    while going := {shard: run.id for shard, run in runs.items() if shard not in ended}:
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        with suppress(httpx.HTTPError):  # an API that is away for a while
            for shard, run in (await watch.ended(going)).items():
                lives[shard] -= 1
                if run.state and run.state.is_crashed() and lives[shard] and not _read(records, run.id):
                    runs[shard] = await start_shard(parameters, shards, shard)
                    get_run_logger().warning("shard %d of %d: %s; started again", shard, shards, run.state.message)
                else:
                    ended[shard] = run
    return _reports(ended, records)


def _reports(ended: Mapping[int, FlowRun], records: Records) -> tuple[list[SourceReport], list[str]]:
    reports: list[SourceReport] = []
    problems = []
    for shard, run in sorted(ended.items()):
        if left := _read(records, run.id):
            reports += left.sources
        else:
            state = f"{run.state.name}: {run.state.message}" if run.state else "gone"
            problems.append(f"shard {shard} of {len(ended)} left no report; its run is {state}"[:500])
    return reports, problems


def leave_report(report: BacklogReport, records: Records) -> None:
    """Leave a shard's report where the run that started it finds it. Raises OSError where it cannot be written.

    Not as the run's result: Prefect keeps that on the machine of the worker.
    """
    records.write(record_paths.shard_path(flow_run.id), _Left(sources=report.sources).model_dump_json().encode())


async def start_shard(parameters: Mapping[str, Any], shards: int, shard: int) -> FlowRun:
    """Start a shard's run. One that this very run has started before, and that still goes on, is taken over."""
    key = f"{flow_run.id}.{shard}"
    while True:
        run = await arun_deployment(
            DEPLOYMENT,
            flow_run_name=f"{flow_run.name}, shard {shard} of {shards}",
            parameters={**parameters, "shards": shards, "shard": shard},
            timeout=0,
            idempotency_key=key,
        )
        if not (run.state and run.state.is_final()) or run.state.is_completed():
            return run
        key = f"{flow_run.id}.{shard}.{run.id}"  # it failed or was killed: again


def _read(records: Records, run_id: UUID) -> _Left | None:
    try:
        return _Left.model_validate_json(records.read(record_paths.shard_path(run_id)))
    except (ValueError, ValidationError):
        return None
