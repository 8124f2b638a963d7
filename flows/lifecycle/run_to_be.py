"""Cancels a worker's run that is stopped before its code is loaded. Standard library only: Prefect is being imported.

To import it in a second thread meanwhile would deadlock. Where the API cannot be reached, the worker sees the exit
code, and says that the run has crashed.
"""

import base64
import json
import os
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 3.0
_ENGINE_SECONDS = 0.3
_FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class RunToBe:
    """The flow run of this process: all that is known of it is its id."""

    def __init__(self, run_id: str) -> None:
        self.name: str | None = f"flow run {run_id}"
        self._path = f"/flow_runs/{run_id}"

    def close(self, why: str) -> None:
        """Do nothing: what has not begun orders nothing."""

    def stop(self, why: str) -> str:
        """Tell the API, once more where the engine was just about to begin the run."""
        try:
            for _ in range(2):
                if _ask("GET", self._path)["state"]["type"] not in _FINAL:
                    state = {"type": "CANCELLED", "name": "Cancelled", "message": why}
                    _ask("POST", f"{self._path}/set_state", {"state": state, "force": True})
                time.sleep(_ENGINE_SECONDS)
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return f"{why}; the Prefect API could not be reached"
        return why


def _ask(method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Ask the API that a worker names in the environment of its runs."""
    api = urlsplit(os.environ["PREFECT_API_URL"])
    connect = HTTPSConnection if api.scheme == "https" else HTTPConnection
    connection = connect(api.netloc, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request(method, f"{api.path.rstrip('/')}{path}", json.dumps(body), _headers())
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def _headers() -> dict[str, str]:
    headers: dict[str, str] = json.loads(os.environ.get("PREFECT_CLIENT_CUSTOM_HEADERS") or "{}")
    headers["Content-Type"] = "application/json"
    if key := os.environ.get("PREFECT_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    elif login := os.environ.get("PREFECT_API_AUTH_STRING"):
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    return headers
