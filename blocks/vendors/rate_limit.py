"""The rate limit of paid calls: a global limit `images-{vendor}`, shared by all runs on all machines, if it exists.

The gate waits after a vendor has answered 429; the rate limit keeps that from happening. `article-images setup` makes
the limit that Replicate documents. Whoever shares an account with other programs, or has little credit, lowers it.
"""

import math
import threading
import time

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.exceptions import ObjectNotFound

ASK_AGAIN_SECONDS = 30.0  # whether there is a limit
_LONGEST_NAP_SECONDS = 10.0


def limit_name(vendor: str) -> str:
    """Return the name of the vendor's limit."""
    return f"images-{vendor}"


def keep_pace(vendor: str) -> bool:
    """Return whether the vendor has a limit, as soon as that has room for one more call.

    True as well where the API does not answer, so that it is asked again: the vendor itself has the last word.
    """
    with get_client(sync_client=True) as client:
        while True:
            try:
                return bool(client.increment_concurrency_slots([limit_name(vendor)], 1, "rate_limit").json())
            except httpx.HTTPStatusError as error:
                if error.response.status_code == httpx.codes.LOCKED:
                    time.sleep(min(_LONGEST_NAP_SECONDS, float(error.response.headers["Retry-After"])))
                    continue
            except httpx.HTTPError:
                pass
            return True


class RateLimit:
    """A vendor's rate limit as this process knows it. Whether there is one is asked once in 30 s.

    Thread-safe: calls that go out at the same moment share the request that tells whether there is one.
    """

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._asking = threading.Lock()
        self._is_there = True
        self._asked_at = -math.inf

    def keep_pace(self) -> None:
        """Return when the limit, if there is one, has room for a call."""
        with self._asking:
            if time.monotonic() - self._asked_at >= ASK_AGAIN_SECONDS:
                self._is_there = keep_pace(self._vendor)
                self._asked_at = time.monotonic()
                return
        if self._is_there:
            keep_pace(self._vendor)


def ensure_rate_limit(client: SyncPrefectClient, vendor: str, calls_a_minute: int) -> str:
    """Create the limit unless it exists; one that exists is left as it is. Return what was done, in words."""
    name = limit_name(vendor)
    try:
        there = client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        client.create_global_concurrency_limit(
            GlobalConcurrencyLimitCreate(name=name, limit=calls_a_minute, slot_decay_per_second=calls_a_minute / 60)
        )
        return f"created, {calls_a_minute} calls a minute"
    return f"there already, {there.slot_decay_per_second * 60:g} calls a minute"
