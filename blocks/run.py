"""One flow run: its services, and what belongs to it alone."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial

from prefect.context import SyncClientContext
from prefect.runtime import flow_run

from blocks.background import Background
from blocks.in_flight import InFlight, why_ended
from blocks.memory import give_back_freed_memory
from blocks.observability.stopwatch import Stopwatch
from blocks.services import Services, loaded_services, services_without_embedded_storage
from blocks.storage.spool import Spooled
from blocks.vendors.gate import Gate
from imaging.makers import Provider

_RUNS_REMEMBERED = 64  # of those whose tasks run here and whose flow does not


class PictureBytes:
    """Bytes of pictures that this run has just stored, by key: their web formats need no download. Thread-safe."""

    def __init__(self) -> None:
        self._by_key: dict[str, bytes] = {}

    def hand_on(self, key: str, data: bytes) -> None:
        """Keep the bytes of the object `key` until they are taken."""
        self._by_key[key] = data

    def take(self, key: str) -> bytes | None:
        """Return the bytes of the object `key`, once; None where they are not here."""
        return self._by_key.pop(key, None)


@dataclass(frozen=True, slots=True)
class Run:
    """One flow run.

    `services` wait for the bucket only until the run is stopped. `gates`: to the account at each vendor. `unstored`:
    pictures that the bucket did not take, by digest.
    """

    services: Services
    in_flight: InFlight = field(repr=False)
    gates: Mapping[Provider, Gate]
    stored_bytes: PictureBytes = field(default_factory=PictureBytes, repr=False)
    unstored: dict[str, tuple[Spooled, bytes]] = field(default_factory=dict, repr=False)
    stopwatch: Stopwatch = field(default_factory=Stopwatch, repr=False)
    background: Background = field(default_factory=Background, repr=False)

    @classmethod
    def of(cls, services: Services, in_flight: InFlight | None = None) -> "Run":
        """Return a run that uses these services."""
        give_back_freed_memory()
        in_flight = in_flight or InFlight()
        settings, store = services.settings, services.store
        patience = replace(store.patience, seconds=settings.images_retry_seconds, pause=in_flight.pause)
        cold_start = settings.images_cold_start_seconds
        gates = {
            name: Gate(note, services.rates[name], cold_start=cold_start, sleep=in_flight.pause)
            for name, note in services.pauses.items()
        }
        return cls(replace(services, store=store.patient(patience)), in_flight, gates)


_current: ContextVar[Run] = ContextVar("run")


@contextmanager
def begun_run() -> Iterator[Run]:
    """Begin a run within the context of its flow, with one API client for all that it does. Raises ConfigurationError.

    A run within another one (an article of a backlog) uses the services of that one.
    """
    # Without it each task and each call makes a client of its own, TLS context and all.
    with SyncClientContext.get_or_create():
        if outer := _current.get(None):
            with _entered(Run.of(outer.services)) as run:
                yield run
            return
        with loaded_services() as services, _entered(Run.of(services)) as run:
            yield run


@contextmanager
def _entered(run: Run) -> Iterator[Run]:
    token = _current.set(run)
    try:
        yield run
    finally:
        run.background.close()
        _current.reset(token)


def current_run() -> Run:
    """Return the run that this task is part of. In another process than its flow's (Dask, Ray) it is one of its own."""
    return _current.get(None) or _elsewhere(flow_run.id)


_loading = threading.Lock()
_loaded: dict[str | None, Run] = {}


def _elsewhere(run_id: str | None) -> Run:
    """Return this process's part of a flow run that goes on elsewhere: one for all of its tasks here.

    Nothing is ordered here for a run that has ended. Raises ConfigurationError.
    """
    with _loading:
        if run_id not in _loaded:
            in_flight = InFlight(partial(why_ended, run_id))
            _loaded[run_id] = Run.of(services_without_embedded_storage(), in_flight)
            for oldest in list(_loaded)[:-_RUNS_REMEMBERED]:
                del _loaded[oldest]
        return _loaded[run_id]
