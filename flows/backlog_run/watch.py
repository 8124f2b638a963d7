"""Watches the runs that a backlog waits for: which have ended, and which will never begin."""

import time
from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed

# A worker that has taken a run starts it within seconds. One that died in between leaves it pending for ever: there
# was no heartbeat yet that could stop.
_PENDING_SECONDS = 300.0

Key = TypeVar("Key")


class Watch:
    """Looks at runs again and again."""

    def __init__(self) -> None:
        self._pending_since: dict[UUID, float] = {}

    async def ended(self, runs: Mapping[Key, UUID]) -> dict[Key, FlowRun]:
        """Return those of the runs that have ended. Raises httpx.HTTPError.

        One that has been pending for five minutes is marked as crashed.
        """
        ids = FlowRunFilter(id=FlowRunFilterId(any_=list(runs.values())))
        async with get_client() as client:
            found = {run.id: run for run in await client.read_flow_runs(flow_run_filter=ids)}
            for run in found.values():
                if self._is_stuck(run):
                    message = f"pending for {_PENDING_SECONDS:g} s: the machine that took it is gone"
                    await client.set_flow_run_state(run.id, Crashed(message=message))
        ended = {run.id: run for run in found.values() if run.state and run.state.is_final()}
        return {key: ended[one] for key, one in runs.items() if one in ended}

    def _is_stuck(self, run: FlowRun) -> bool:
        """By a clock of our own: the server's may be another."""
        if not (run.state and run.state.is_pending()):
            self._pending_since.pop(run.id, None)
            return False
        return time.monotonic() - self._pending_since.setdefault(run.id, time.monotonic()) > _PENDING_SECONDS
