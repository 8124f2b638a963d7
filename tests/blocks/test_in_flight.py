"""The work in flight: nothing is ordered or stored for a run that has ended."""

import threading
from functools import partial

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.states import Cancelled, Running

from blocks.in_flight import InFlight, why_ended
from imaging.errors import ProviderError, StorageError


@flow
def some_flow() -> None:
    """A flow whose run is only in the API."""


def test_nothing_is_ordered_elsewhere_for_a_run_that_has_ended(prefect_api: str) -> None:
    """A task that outlives its run, on a machine that was not told, finds out before it spends anything."""
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(some_flow, state=Running())
        elsewhere = InFlight(partial(why_ended, str(run.id)))
        with elsewhere.paying():
            pass
        client.set_flow_run_state(run.id, Cancelled(), force=True)
    with pytest.raises(ProviderError, match="not ordered: the run is Cancelled by now"):
        elsewhere.may_pay()


def test_a_run_that_ends_waits_for_what_is_being_stored_and_allows_nothing_new() -> None:
    """Once it is closed nothing begins, and what had begun is over: what is written down then stays true."""
    in_flight = InFlight()
    begun, go_on = threading.Event(), threading.Event()

    def store() -> None:
        with in_flight.storing():
            begun.set()
            go_on.wait()

    storing = threading.Thread(target=store)
    storing.start()
    begun.wait()
    in_flight.close("stopped")
    assert in_flight.settled(seconds=0.01) is False
    go_on.set()
    assert in_flight.settled(seconds=30) is True
    storing.join()
    with pytest.raises(StorageError, match="stopped"), in_flight.storing():
        pass
    with pytest.raises(ProviderError, match="stopped"), in_flight.paying():
        pass
