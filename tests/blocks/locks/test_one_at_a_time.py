"""The lock over machines: what a holder does whose lease is forgotten, has run out, or cannot be renewed."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from blocks.in_flight import InFlight
from blocks.locks.lease import Lease, acquire, end_locks
from blocks.locks.one_at_a_time import one_at_a_time
from imaging.errors import ProviderError, StorageError
from tests.reliability.harness.gate import Gate

MINUTE = 61.0  # seconds, after which a lease has run out


@pytest.fixture
def client(prefect_api: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


def slots(client: SyncPrefectClient, name: str) -> int | None:
    """How many slots of a limit the server counts as taken."""
    return client.read_global_concurrency_limit_by_name(name).active_slots


def forget(lease: Lease) -> None:
    """Lose the lease as a server does that keeps them in memory and is restarted: the slot stays taken."""
    (Path(os.environ["PREFECT_HOME"]) / "concurrency_leases" / f"{lease.id}.json").unlink()


def held(client: SyncPrefectClient, name: str) -> Lease:
    lease = acquire(client, name)
    assert lease
    return lease


def in_flight_under(lease: Lease) -> InFlight:
    in_flight = InFlight()
    in_flight.lease = lease
    return in_flight


def test_a_lease_that_a_restarted_server_has_forgotten_is_taken_anew(client: SyncPrefectClient) -> None:
    """Such a holder keeps the lock, and the slot is free again when it is done."""
    lease = held(client, "forgotten")
    before = lease.id
    forget(lease)
    lease.renew()
    assert (lease.trouble, lease.id == before, slots(client, "forgotten")) == (None, False, 1)
    lease.release()
    assert slots(client, "forgotten") == 0


def test_a_lease_that_has_run_out_is_taken_anew_if_nobody_has_it(client: SyncPrefectClient) -> None:
    """A holder that could not renew in time carries on when the slot is still free."""
    lease = held(client, "free")
    lease.let_go()  # as the server does with a lease that has run out
    lease.renewed -= MINUTE
    lease.renew()
    assert (lease.trouble, slots(client, "free")) == (None, 1)
    lease.release()


def test_a_lock_that_another_run_has_by_now_is_lost(client: SyncPrefectClient) -> None:
    """Such a holder orders and stores nothing more, and leaves the other one's slot alone."""
    lease = held(client, "lost")
    lease.let_go()
    lease.renewed -= MINUTE
    other = held(client, "lost")
    lease.renew()
    in_flight = in_flight_under(lease)
    with pytest.raises(ProviderError, match="another run has this article"):
        in_flight.may_pay()
    with pytest.raises(StorageError, match="another run has this article"), in_flight.storing():
        pass
    lease.release()
    assert slots(client, "lost") == 1
    other.release()


def test_nothing_is_ordered_while_the_lock_is_in_doubt(client: SyncPrefectClient) -> None:
    """A minute without a renewal stops orders, not what is stored; the next renewal allows them again."""
    lease = held(client, "doubt")
    in_flight = in_flight_under(lease)
    lease.renewed -= MINUTE
    with pytest.raises(ProviderError, match="has not answered for a minute"), in_flight.paying():
        pass
    with in_flight.storing():
        pass
    lease.renew()
    in_flight.may_pay()
    lease.release()


@pytest.mark.parametrize("there", [False, True])
def test_a_lock_that_seems_new_is_taken_whether_or_not_somebody_has_had_it(
    client: SyncPrefectClient, there: bool
) -> None:
    """Its limit is made before it is asked for, where there is none; one that another run holds keeps its holder."""
    name = f"seems new {there}"
    if there:
        held(client, name).release()
    lease = acquire(client, name, is_new=True)
    assert lease
    with pytest.raises(BlockingIOError):
        acquire(client, name, wait=False, is_new=True)
    assert (slots(client, name), lease.release(), slots(client, name)) == (1, True, 0)


def test_a_lease_that_could_not_be_given_back_keeps_nobody_waiting(prefect_api: str, tmp_path: Path) -> None:
    """Where the API does not hear that a run is done, the next one on this machine says so, and goes on at once."""
    with Gate(prefect_api.removeprefix("http://").partition("/")[0]) as gate:
        behind = {PREFECT_API_URL: f"http://{gate.host}/api", PREFECT_CLIENT_MAX_RETRIES: 0}
        with temporary_settings(behind), one_at_a_time("unheard", tmp_path):
            gate.shut()
        with one_at_a_time("unheard", tmp_path, wait=False) as lease:
            assert lease


def test_a_run_that_ends_with_its_process_waits_for_what_is_done_under_its_locks(
    prefect_api: str, client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock whose request is on its way is used and given back first; none is taken from its holder, or taken anew."""
    run_id = str(uuid4())
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", run_id)
    asked, go_on = Event(), Event()

    def hold(piece: bytes) -> None:
        if b"increment-with-lease" in piece:
            asked.set()
            assert go_on.wait(60)

    with Gate(prefect_api.removeprefix("http://").partition("/")[0]) as gate, ThreadPoolExecutor() as threads:
        gate.heard = hold
        with (
            temporary_settings({PREFECT_API_URL: f"http://{gate.host}/api"}),
            get_client(sync_client=True) as asking,
        ):
            of_the_run = held(client, "of the run")
            taking = threads.submit(copy_context().run, acquire, asking, "asked for")
            assert asked.wait(60)
            leaving = threads.submit(end_locks, run_id, of_the_run, 120)
            go_on.set()
            taken = taking.result()
            assert taken
            assert (leaving.done(), slots(client, "asked for")) == (False, 1)
            taken.release()
            leaving.result(60)  # the run's own lease is not waited for
    assert (slots(client, "of the run"), slots(client, "asked for")) == (1, 0)
    with pytest.raises(BlockingIOError, match="stopped"):
        acquire(client, "asked for")
    end_locks(run_id, None, 0.1)
    assert slots(client, "of the run") == 1  # its holder has not given it back
    of_the_run.release()
