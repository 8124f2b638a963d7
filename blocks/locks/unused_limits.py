"""Removes the limits of locks that nobody has taken for a week: each article that is ever run leaves two."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.exceptions import ObjectNotFound

from blocks.locks.one_at_a_time import one_at_a_time
from imaging.names import lock_names

_UNUSED = timedelta(days=7)
_PAGE = 200  # limits; the API lists no more at once
_MOST = 500  # in one go: some requests for each


def remove_unused_limits(client: SyncPrefectClient, folder: Path, unused: timedelta = _UNUSED) -> int:
    """Remove up to 500 limits of locks that were neither taken nor given back for so long; return how many.

    The next run that needs one makes it anew. Raises httpx.HTTPError.
    """
    before = datetime.now(UTC) - unused
    names = [limit.name for limit in all_limits(client) if _is_lock(limit) and _is_idle_since(limit, before)]
    return sum(remove_limit(client, folder, name) for name in names[:_MOST])


def remove_limit(client: SyncPrefectClient, folder: Path, name: str) -> bool:
    """Remove a limit while holding its lock, so that no run has it; return False where a run has.

    `folder`: of this machine's locks. With the lock's file there, the next run frees what a killed removal has held.
    """
    try:
        with one_at_a_time(name, folder, wait=False) as lease:
            if lease is None:  # the API does not answer
                return False
            client.delete_global_concurrency_limit_by_name(name)
    except (BlockingIOError, ObjectNotFound):  # a run has it; another repair was quicker
        return False
    return True


def all_limits(client: SyncPrefectClient) -> Iterator[GlobalConcurrencyLimitResponse]:
    """Yield all global concurrency limits: locks, rate limits, and those of others."""
    page = client.read_global_concurrency_limits(limit=_PAGE)
    seen = 0
    while page:
        yield from page
        seen += len(page)
        page = client.read_global_concurrency_limits(limit=_PAGE, offset=seen) if len(page) == _PAGE else []


def _is_lock(limit: GlobalConcurrencyLimitResponse) -> bool:
    """Return whether the limit is as a lock makes it: one that somebody has changed is theirs."""
    return limit.name.startswith(lock_names.LOCKS) and limit.active and limit.limit == 1


def _is_idle_since(limit: GlobalConcurrencyLimitResponse, moment: datetime) -> bool:
    """Return whether the limit is free, and no slot of it was taken, given back or refused since the moment."""
    return limit.active_slots == 0 and limit.updated is not None and limit.updated < moment
