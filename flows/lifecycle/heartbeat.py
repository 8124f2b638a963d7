"""Heartbeats of a run: when they stop, an automation marks it as crashed (`blocks/provisioning/crashes.py`).

Prefect has heartbeats of its own, but whether and how often they are sent is a setting of the process that starts them
(every 180 s by default). An automation that waits for those is slow, or takes living runs for dead.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from prefect.events import emit_event
from prefect.runtime import flow_run

from blocks.provisioning.crashes import HEARTBEAT, HEARTBEAT_SECONDS


@contextmanager
def heartbeats() -> Iterator[None]:
    """Emit the event for the flow run that runs here, now and every 30 s within the context."""
    ended = threading.Event()
    # In our context: a bare thread knows nothing of the API that is configured here.
    threading.Thread(target=copy_context().run, args=(_beat, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _beat(ended: threading.Event) -> None:
    resource = {"prefect.resource.id": f"prefect.flow-run.{flow_run.id}", "prefect.resource.name": flow_run.name or ""}
    while not ended.is_set():
        emit_event(event=HEARTBEAT, resource=resource)
        ended.wait(HEARTBEAT_SECONDS)
