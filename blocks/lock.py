"""One run an article: a lock over all machines, and over the processes of this one.

Across machines it is a slot of a Prefect global concurrency limit, held by a lease. A killed holder's slot comes
back when its lease has run out, after a minute. On one machine nobody waits for that: there the lock is a file's
as well, which the kernel releases at once, and the file names the dead holder's lease, so that it can be given back.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from pathlib import Path
from typing import IO
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.exceptions import ObjectAlreadyExists, PrefectHTTPStatusError
from prefect.logging import get_logger

from imaging.slug import short_hash

_LEASE_SECONDS = 60.0  # the least that Prefect takes
_LOOK_AGAIN_SECONDS = 1.0


@contextmanager
def one_at_a_time(name: str, folder: Path) -> Iterator[None]:
    """Hold the lock `name` for the context; `folder` is where this machine's processes meet.

    Without an API that answers, or a disk that can be written, the other half of the lock has to do.
    """
    with _local(name, folder) as file, get_client(sync_client=True) as client:
        _give_back(client, file)
        lease = _acquire(client, name)
        stop = threading.Event()
        # In our context: a bare thread knows nothing of the API that is configured here.
        renewal = threading.Thread(target=copy_context().run, args=(_renew, client, lease, stop), daemon=True)
        try:
            if lease:
                _write(file, str(lease))
                renewal.start()
            yield
        finally:
            stop.set()
            if lease:
                renewal.join()
                _release(client, lease)
                _write(file, "")


@contextmanager
def _local(name: str, folder: Path) -> Iterator[IO[str] | None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / short_hash(name, 32), "a+")  # noqa: SIM115 - closed below
    except OSError:
        yield None
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _acquire(client: SyncPrefectClient, name: str) -> UUID | None:
    """Wait for the slot and return its lease; None where the API does not answer."""
    try:
        with suppress(ObjectAlreadyExists, PrefectHTTPStatusError):  # most articles are run more than once
            client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=1))
        while True:
            try:
                answer = client.increment_concurrency_slots_with_lease([name], 1, "concurrency", _LEASE_SECONDS)
                return UUID(answer.json()["lease_id"])
            except httpx.HTTPStatusError as error:
                if error.response.status_code != httpx.codes.LOCKED:
                    raise
            time.sleep(_LOOK_AGAIN_SECONDS)
    except (httpx.HTTPError, KeyError, ValueError) as error:
        get_logger("article_images").warning("no lock over machines for %s: %s", name, type(error).__name__)
        return None


def _renew(client: SyncPrefectClient, lease: UUID, stop: threading.Event) -> None:
    while not stop.wait(_LEASE_SECONDS / 3):
        with suppress(httpx.HTTPError):  # two more tries before the lease runs out
            client.renew_concurrency_lease(lease, _LEASE_SECONDS)


def _release(client: SyncPrefectClient, lease: UUID) -> None:
    with suppress(httpx.HTTPError):  # else it runs out by itself
        client.release_concurrency_slots_with_lease(lease)


def _give_back(client: SyncPrefectClient, file: IO[str] | None) -> None:
    """Release the lease of a holder that died on this machine: nobody else can hold the file now."""
    if file is None:
        return
    file.seek(0)
    try:
        lease = UUID(file.read().strip())
    except ValueError:
        return
    _release(client, lease)


def _write(file: IO[str] | None, text: str) -> None:
    if file:
        with suppress(OSError):  # on a full disk the lease runs out by itself
            file.truncate(0)
            file.write(text)  # append mode: always at the end, which is the beginning now
            file.flush()
