"""The work that a run has in flight: orders it waits for, steps that must not be interrupted, pictures stored so far.

Whoever ends the run (a signal, a lost lock) needs to know it, and to forbid what would begin after that.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client

from blocks.locks.lease import Lease
from imaging.errors import ProviderError, StorageError
from imaging.makers import Provider
from imaging.record import StoredImage

Step = Literal["pay", "store"]
Order = tuple[Provider, str]
"""A vendor, and the id that it gave an order."""


class InFlight:
    """One run's register. Thread-safe. `lease` is the lock under which the run works, once it has one.

    `ended`: why the run may not order anything any more, if so, where it goes on in another process.
    """

    def __init__(self, ended: Callable[[], str | None] = lambda: None) -> None:
        self._ended = ended
        self.lease: Lease | None = None
        self._changed = threading.Condition()
        self._closed: str | None = None
        self._steps: Counter[Step] = Counter()
        self._orders: set[Order] = set()
        self._stored: dict[str, StoredImage] = {}

    def may_pay(self) -> None:
        """Raise ProviderError when this run may not spend any more: it is stopped, or its lock is in doubt."""
        if trouble := self._closed or (self.lease and self.lease.trouble) or self._ended():
            raise ProviderError(f"not ordered: {trouble}")

    @contextmanager
    def paying(self) -> Iterator[None]:
        """Order something within the context, and write down what came of it. Raises as `may_pay`."""
        with self._changed:
            self.may_pay()
            self._steps["pay"] += 1
        with self._ending("pay"):
            yield

    @contextmanager
    def storing(self, image: StoredImage | None = None) -> Iterator[None]:
        """Store something within the context: `image`, where it is one of the article's pictures.

        Raises StorageError when the run is stopped, or another one has the article by now.
        """
        with self._changed:
            if trouble := self._closed or (self.lease and self.lease.lost):
                raise StorageError(trouble)
            self._steps["store"] += 1
        with self._ending("store"):
            yield
            if image:
                self._stored[image.digest] = image

    @contextmanager
    def under(self, lease: Lease | None) -> Iterator[None]:
        """Work under this lock within the context: nothing is ordered or stored once it is lost."""
        self.lease = lease
        yield

    @contextmanager
    def waiting(self, provider: Provider, order_id: str) -> Iterator[None]:
        """Wait for an order at a vendor within the context."""
        order = provider, order_id
        self._orders.add(order)
        try:
            yield
        finally:
            if not self.closed:  # else the stop may be what ends the wait, and the prediction goes on
                self._orders.discard(order)

    def pause(self, seconds: float) -> bool:
        """Wait so long; return False, at once, when the run is stopped."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._closed, seconds)

    @property
    def orders(self) -> frozenset[Order]:
        """The orders that are waited for."""
        return frozenset(self._orders.copy())

    def stored(self, digest: str) -> StoredImage | None:
        """Return the picture that this run has stored for a spec's digest, if so."""
        return self._stored.get(digest)

    @property
    def closed(self) -> bool:
        """Whether nothing new may begin any more."""
        return self._closed is not None

    def close(self, why: str) -> None:
        """Let nothing new begin, and end every `pause`. Returns at once."""
        with self._changed:
            self._closed = why
            self._changed.notify_all()

    def settled(self, seconds: float) -> bool:
        """Wait for the steps under way. False when something is still being stored."""
        with self._changed:
            self._changed.wait_for(lambda: not self._steps.total(), seconds)
            return not self._steps["store"]

    @contextmanager
    def _ending(self, step: Step) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._steps[step] -= 1
                self._changed.notify_all()


def why_ended(run_id: str | None) -> str | None:
    """Return why a run that goes on in another process may not order anything any more, if so.

    An API that does not answer forbids nothing.
    """
    if run_id is None:
        return None
    with suppress(httpx.HTTPError), get_client(sync_client=True) as client:
        state = client.read_flow_run(UUID(run_id)).state
        if state and not state.is_running():
            return f"the run is {state.name} by now"
    return None
