"""Reporting runs that have ended since the stack started, one line each."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx

from imaging.sanitizing.printable import printable

_ENDED = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]
_MESSAGE = 200  # characters of a state's message
# What Prefect says before our complaint of a form's field.
_OF_PREFECT = re.compile(
    r"Validation of flow parameters failed with error: \w+: Flow run received invalid parameters:\s+- "
)


class FinishedRuns:
    """Queries the API at `ui` for flow runs that ended after `since`."""

    def __init__(self, ui: str, since: datetime) -> None:
        self._ui = ui
        self._since = since.isoformat()
        self._reported: set[str] = set()

    def lines(self) -> Iterator[str]:
        """Yield a line for each new run: time, name, state, and the link to its gallery or else its page.

        If the API does not answer, the runs are reported next time.
        """
        ended = {"state": {"type": {"any_": _ENDED}}, "end_time": {"after_": self._since}}
        try:
            for run in self._found("flow_runs", {"flow_runs": ended, "sort": "END_TIME_DESC", "limit": 100})[::-1]:
                if run["id"] not in self._reported:
                    line = self._line(run)
                    self._reported.add(run["id"])
                    yield line
        except (httpx.HTTPError, ValueError):
            return

    def _line(self, run: dict[str, Any]) -> str:
        query = {"artifacts": {"flow_run_id": {"any_": [run["id"]]}, "key": {"like_": "gallery-"}}}
        galleries = self._found("artifacts", query)
        page = f"artifacts/artifact/{galleries[0]['id']}" if galleries else f"runs/flow-run/{run['id']}"
        message = _OF_PREFECT.sub("", run["state"]["message"] or "")
        why = f": {printable(message)[:_MESSAGE]}" if message and run["state"]["name"] != "Completed" else ""
        return f"{datetime.now():%H:%M:%S}  {run['name']}  {run['state']['name']}{why}  {self._ui}/{page}"

    def _found(self, what: str, query: dict[str, Any]) -> list[dict[str, Any]]:
        answer = httpx.post(f"{self._ui}/api/{what}/filter", json=query, timeout=10, trust_env=False)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found
