"""The limits of locks on a real Prefect API: those that nobody uses any more go."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.exceptions import ObjectNotFound

from blocks.locks.lease import acquire
from blocks.locks.unused_limits import remove_limit, remove_unused_limits
from imaging.names import lock_names

AT_ONCE = timedelta(0)
DONE, GOING_ON = (lock_names.article_lock("run", "acme", slug) for slug in ("done-long-ago", "going-on"))


@pytest.fixture
def client(prefect_api: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


def is_there(client: SyncPrefectClient, name: str) -> bool:
    try:
        client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        return False
    return True


def use(client: SyncPrefectClient, name: str) -> None:
    """Take the lock and give it back, as a run does."""
    lease = acquire(client, name)
    assert lease
    assert lease.release()


def test_only_limits_that_nobody_has_used_for_long_are_removed(client: SyncPrefectClient, tmp_path: Path) -> None:
    """One that was used just now, is held, was changed by somebody or is no lock's stays; one that went comes again."""
    for name in (DONE, lock_names.spend_lock("acme")):
        use(client, name)
    client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="articles", limit=1))
    client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="article-images.wide", limit=2))
    held = acquire(client, GOING_ON)
    assert held
    assert remove_unused_limits(client, tmp_path) == 0
    assert remove_unused_limits(client, tmp_path, AT_ONCE) >= 2
    names = (DONE, lock_names.spend_lock("acme"), GOING_ON, "articles", "article-images.wide")
    assert [is_there(client, name) for name in names] == [False, False, True, True, True]
    assert (held.trouble, held.release()) == (None, True)
    use(client, DONE)
    for name in ("articles", "article-images.wide"):
        client.delete_global_concurrency_limit_by_name(name)


def test_a_limit_that_a_run_takes_meanwhile_stays(client: SyncPrefectClient, tmp_path: Path) -> None:
    """It was free when it was listed: the slot is taken before the limit is removed, and a run has it by then."""
    held = acquire(client, GOING_ON)
    assert held
    assert remove_limit(client, tmp_path, GOING_ON) is False
    assert client.read_global_concurrency_limit_by_name(GOING_ON).active_slots == 1
    held.release()
    assert remove_limit(client, tmp_path, GOING_ON) is True


def test_the_next_run_takes_the_lock_whose_limit_was_removed_under_it(client: SyncPrefectClient) -> None:
    """The lease of whoever removed a limit does not free the slot of the run that has made it anew."""
    removing = acquire(client, DONE)
    assert removing
    client.delete_global_concurrency_limit_by_name(DONE)
    run = acquire(client, DONE, wait=False)
    assert run
    removing.release()
    assert client.read_global_concurrency_limit_by_name(DONE).active_slots == 1
    run.release()
