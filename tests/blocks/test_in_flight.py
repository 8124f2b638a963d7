"""What is in flight: nothing is ordered for a run that has ended."""

from functools import partial

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.states import Cancelled, Running

from blocks.in_flight import InFlight, why_ended
from imaging.errors import ProviderError


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
