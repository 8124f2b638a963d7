"""The lock over machines: a slot of a Prefect global concurrency limit, held by a lease.

A lease runs out 60 s after its last renewal, and is renewed every 20 s by a thread. What happens to a holder that
cannot renew:

- The API does not answer: for 60 s nobody else can have the slot. After that another run may, so this one orders
  nothing more until it has renewed; what it has ordered it collects and stores.
- The API answers that the lease is gone although its 60 s are not over: a restarted server has forgotten it (by
  default leases live in its memory) but still counts the slot. The slot is given back and taken again.
- The lease has run out: it is taken again. If another run has it by then, the lock is lost: this run orders and
  stores nothing more, and leaves the article to the other one.

A run that is stopped takes no lock any more, and its process ends when its short locks are given back, that one as well
that the API is just being asked for: others would wait a minute for it.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.exceptions import ObjectAlreadyExists, PrefectHTTPStatusError
from prefect.logging import get_logger, get_run_logger
from prefect.runtime import flow_run

from blocks.observability.log import PROGRESS

_SECONDS = 60.0  # the least that Prefect takes
_LOOK_AGAIN_SECONDS = 1.0
_SAY_SO_EVERY = 60  # looks


class Lease:
    """A slot that is held by a flow run, and renewed until it is released."""

    def __init__(self, client: SyncPrefectClient, name: str, lease_id: UUID, run_id: str | None = None) -> None:
        self.id, self.run_id = lease_id, run_id
        self.lost: str | None = None
        self._client, self._name = client, name
        self.renewed = _now()
        self._stop = threading.Event()
        # In our context: a bare thread knows nothing of the API that is configured here.
        self._thread = threading.Thread(target=copy_context().run, args=(self._keep_renewing,), daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why nothing may be ordered under this lock at the moment, if so."""
        if self.lost or _now() - self.renewed < _SECONDS:
            return self.lost
        return "the Prefect API has not answered for a minute, so another run may have this article by now"

    def release(self) -> bool:
        """Give the slot back; a renewal under way is waited for. Return whether the API has heard it."""
        self._stop.set()
        self._thread.join()
        return self.let_go()

    def let_go(self) -> bool:
        """Give the slot back at once. Where the API does not answer the lease runs out by itself."""
        self._stop.set()
        heard = give_back(self._client, self.id)
        with _changed:
            _held.discard(self)
            _changed.notify_all()
        return heard

    def renew(self) -> None:
        """Renew the lease, or take the slot again. An API that does not answer changes nothing."""
        try:
            self._client.renew_concurrency_lease(self.id, _SECONDS)
            self.renewed = _now()
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.GONE:
                self._take_again()
        except httpx.HTTPError:
            pass  # the clock decides, see `trouble`

    def _take_again(self) -> None:
        age = _now() - self.renewed
        with suppress(httpx.HTTPError, KeyError, ValueError):  # as in `acquire`: tried again with the next renewal
            if age < _SECONDS:
                self._client.release_concurrency_slots([self._name], 1, age)
            lease_id = _try(self._client, self._name)
            if lease_id is None:
                self.lost = "another run has this article by now"
            else:
                self.id, self.renewed = lease_id, _now()

    def _keep_renewing(self) -> None:
        while not self._stop.wait(_SECONDS / 3) and not self.lost:
            self.renew()


_held: set[Lease] = set()
_asked_for: Counter[str | None] = Counter()  # by flow run: slots that the API is being asked for
_stopped: set[str | None] = set()
_changed = threading.Condition()


def acquire(client: SyncPrefectClient, name: str, *, wait: bool = True, is_new: bool = False) -> Lease | None:
    """Wait for the slot and return its lease; None where the API does not answer.

    Once it has answered that another run holds the slot, it is waited for without limit; without `wait` that raises
    BlockingIOError, as it does for a run that is stopped. `is_new`: nobody has taken it before, it seems, so its limit
    is made before it is asked for.
    """
    try:
        lease = _taken(client, name, is_new=is_new)
    except (httpx.HTTPError, KeyError, ValueError) as error:
        _warn(f"no lock over machines for {name}: {type(error).__name__}")
        return None
    looks = 0
    while lease is None:
        if not wait:
            raise BlockingIOError(f"another run holds the lock {name}")
        if looks % _SAY_SO_EVERY == 0:
            _warn(
                f"another run holds the lock {name}: waiting for it. If there is none, a restarted server has lost"
                f" count: prefect gcl update {name} --active-slots 0"
            )
        looks += 1
        time.sleep(_LOOK_AGAIN_SECONDS)
        with suppress(httpx.HTTPError, KeyError, ValueError):
            lease = _taken(client, name)
    return lease


def end_locks(run_id: str, but: Lease | None, seconds: float) -> None:
    """Take no lock any more for a run that ends with its process, and wait for its holders to give theirs back.

    `but`: the lease that the run itself works under. After `seconds` the others are left to run out: a lock that is
    given back while its holder still writes would protect nothing.
    """

    def is_done() -> bool:
        return not _asked_for[run_id] and not any(one.run_id == run_id for one in _held - {but})

    with _changed:
        _stopped.add(run_id)
        _changed.wait_for(is_done, seconds)


def give_back(client: SyncPrefectClient, lease_id: UUID) -> bool:
    """Release a lease, if the API answers; return whether it did."""
    try:
        client.release_concurrency_slots_with_lease(lease_id)
    except httpx.HTTPStatusError as error:
        return error.response.is_client_error  # there is no such lease any more
    except httpx.HTTPError:
        return False
    return True


def _taken(client: SyncPrefectClient, name: str, *, is_new: bool = False) -> Lease | None:
    """Return the lease of the slot, or None while another run has it. Raises as `_try`, and as `_asking`."""
    run_id = flow_run.id
    with _asking(run_id):
        lease_id = _try(client, name, is_new=is_new)
        if lease_id is None:
            return None
        lease = Lease(client, name, lease_id, run_id)
        with _changed:
            _held.add(lease)
        return lease


@contextmanager
def _asking(run_id: str | None) -> Iterator[None]:
    """Ask the API for a slot within the context. Raises BlockingIOError for a run that is stopped."""
    with _changed:
        if run_id in _stopped:
            raise BlockingIOError("the run is stopped")
        _asked_for[run_id] += 1
    try:
        yield
    finally:
        with _changed:
            _asked_for[run_id] -= 1
            _changed.notify_all()


def _try(client: SyncPrefectClient, name: str, *, is_new: bool = False) -> UUID | None:
    """Return the lease of the slot, or None while another run has it.

    The limit is made where there is none, and first where it `is_new`. Raises as the client does, and ValueError for a
    limit that cannot be made.
    """
    if is_new:
        _make_limit(client, name)
    for is_made in (False, True):
        try:
            answer = client.increment_concurrency_slots_with_lease([name], 1, "concurrency", _SECONDS).json()
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.LOCKED:
                return None
            raise
        if answer["limits"]:
            return UUID(answer["lease_id"])
        if not is_made:  # a lease of nothing, which runs out by itself
            _make_limit(client, name)
    raise ValueError(f"the limit {name} cannot be made")


def _make_limit(client: SyncPrefectClient, name: str) -> None:
    """Make the limit of a lock, unless there is one by now."""
    with suppress(ObjectAlreadyExists, PrefectHTTPStatusError):
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=1))


def _warn(message: str) -> None:
    """Into the run's log, which the UI and the terminal show, where there is a run."""
    logger = get_run_logger() if flow_run.id else get_logger("article_images")
    logger.warning(message, extra={PROGRESS: "locks"})


def _now() -> float:
    """Seconds on a clock that goes on while the machine sleeps, as the server's does."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
