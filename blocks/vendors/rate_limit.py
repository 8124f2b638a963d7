"""The rate limit of paid calls: a global limit `images-{vendor}`, shared by all runs on all machines, if it exists.

The gate waits after a vendor has answered 429; the rate limit keeps that from happening. `article-images setup` makes
the limit that Replicate documents. Whoever shares an account with other programs, or has little credit, lowers it.
"""

import time

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.exceptions import ObjectNotFound

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
