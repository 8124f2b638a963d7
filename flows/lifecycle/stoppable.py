"""Stops one flow run: records its manifest, cancels its orders and sets its state, each within seconds."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import TypeVar
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run
from prefect.states import Cancelled

from blocks.in_flight import Order
from blocks.locks.lease import end_locks
from blocks.run import Run
from blocks.services import Services
from blocks.vendors.registry import KeepsOrders
from imaging.errors import StorageError
from imaging.makers import Provider
from imaging.record import ImageSet

# A stop may take 10 s in all; what takes longer than its share is left behind. Telling the API has what the rest left.
_STEPS_SECONDS, _RECORD_SECONDS, _ALL_SECONDS = 3.0, 3.0, 9.0
_REGISTERED_SECONDS = 0.3
_LOCKS_SECONDS = 2.0  # what is done under a short lock takes a few requests

T = TypeVar("T")


class StoppableRun:
    """A flow run of this process that a signal may stop, from its first statement on."""

    def __init__(self) -> None:
        self.id = UUID(flow_run.id)
        self.name = flow_run.name
        self._run: Run | None = None
        self._context = copy_context()
        self._record: Callable[[str], ImageSet] | None = None
        self._closed: str | None = None

    def use(self, run: Run) -> None:
        """Stop this run."""
        self._run = run
        self._context = copy_context()
        if self._closed:  # while it was loaded
            self.close(self._closed)

    def close(self, why: str) -> None:
        """Let nothing more be ordered, waited for or stored. Returns at once."""
        self._closed = why
        if self._run:
            self._run.in_flight.close(why)

    @contextmanager
    def recorded_by(self, record: Callable[[str], ImageSet]) -> Iterator[None]:
        """Within the context, `record` writes the manifest when the run is stopped. It is passed the reason."""
        self._record = record
        try:
            yield
        finally:
            if not self._closed:  # else the stop may be what ends us
                self._record = None

    def stop(self, why: str) -> str:
        """Record the state of the run and set it in the API. Return a message for the user."""
        began = time.monotonic()
        message = "; ".join(filter(None, [why, *(self._recorded(self._run, why) if self._run else [])]))
        tell: list[Callable[[], None]] = [partial(self._tell, message), self._release_locks]
        side_by_side(tell, _ALL_SECONDS - (time.monotonic() - began))
        return message

    def _recorded(self, run: Run, why: str) -> list[str]:
        all_stored = run.in_flight.settled(_STEPS_SECONDS)  # so that what is written down next stays true
        record: list[Callable[[], str]] = [partial(self._write_manifest, why, all_stored), partial(_cancel, run)]
        manifest, predictions = side_by_side(record, _RECORD_SECONDS)
        return [
            "no manifest could be written in time" if manifest is None else manifest,
            "some predictions may go on" if predictions is None else predictions,
        ]

    def _write_manifest(self, why: str, all_stored: bool) -> str:
        if self._record is None:
            return ""  # nothing was begun, or all is written
        if not all_stored:
            return "no manifest: a picture is still on its way into the bucket"
        try:
            recorded = self._context.copy().run(self._record, why)
        except StorageError as error:
            return f"no manifest: {error}"
        return "the manifest says what is stored" if recorded.manifest_url else recorded.problems[-1]

    def _tell(self, message: str) -> None:
        self._context.copy().run(set_cancelled, self.id, message)

    def _release_locks(self) -> None:
        """Give the article's lock back: nothing is written under it any more. Wait for what is done under others."""
        lease = self._run.in_flight.lease if self._run else None
        if lease:
            lease.let_go()
        end_locks(str(self.id), lease, _LOCKS_SECONDS)


def side_by_side(calls: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Make the calls at the same time; None for each that fails or takes longer."""
    pool = ThreadPoolExecutor(max(1, len(calls)))
    futures = [pool.submit(call) for call in calls]
    done = wait(futures, seconds).done
    return [future.result() if future in done and not future.exception() else None for future in futures]


def _cancel(run: Run) -> str:
    in_flight, services = run.in_flight, run.services
    if services.settings.images_on_stop == "keep":
        return "the next run collects what was ordered" if in_flight.orders else ""
    if not any(isinstance(vendor, KeepsOrders) for vendor in services.vendors.values()):
        return ""
    tried: frozenset[Order] = frozenset()
    cancelled = 0
    for _ in range(2):
        new = in_flight.orders - tried
        answers = side_by_side([partial(_cancelled, services, *order) for order in new], _RECORD_SECONDS)
        cancelled += answers.count(True)
        tried |= new
        time.sleep(_REGISTERED_SECONDS)  # one that was created as the signal came is not waited for yet
    return f"{cancelled} of {len(tried)} predictions cancelled"


def _cancelled(services: Services, provider: Provider, order_id: str) -> bool:
    services.orders_at(provider).cancel(order_id)
    return True


def set_cancelled(run_id: UUID, message: str) -> None:
    """Set the state of a run and of the flows that called it: their process ends as well."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run_id, Cancelled(message=message), force=True)
        parent = client.read_flow_run(run_id).parent_task_run_id
        caller = client.read_task_run(parent).flow_run_id if parent else None
    if caller:
        set_cancelled(caller, message)
