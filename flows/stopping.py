"""Stopped politely: SIGINT and SIGTERM end a run at once, with a state that tells the truth.

Nothing has to be saved on the way out: what was paid for was written down before it was waited for, and the last
manifest is still true. So the process does not wait for providers; the next run collects what they deliver.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from types import FrameType
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.states import Cancelled

_SECONDS_TO_TELL = 5.0  # an API that does not answer must not keep the process alive
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stops_at_once(flow_run_id: str) -> Iterator[None]:
    """End the whole process at the first signal, after telling the API. Only the main thread can promise that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        telling = threading.Thread(target=copy_context().run, args=(_tell, flow_run_id, name), daemon=True)
        telling.start()
        telling.join(_SECONDS_TO_TELL)
        with suppress(OSError, AttributeError):
            sys.stderr.write(f"article-images: stopped by {name}; run again to collect what was paid for\n")
            sys.stderr.flush()
        os._exit(128 + number)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(flow_run_id: str, name: str) -> None:
    message = f"stopped by {name}; what was paid for is collected by the next run"
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(flow_run_id), Cancelled(message=message), force=True)
