"""One at a time, over all machines and over the processes of this one: runs of an article, claims of a slug, changes
of a tenant's monthly spend, passes over a backlog (names: `imaging/names/keys.py`, "Names of locks").

Across machines it is a lease (`lease`). A killed holder's slot comes back when its lease has run out, after a minute.
On one machine nobody waits for that: there the lock is a file's as well, which the kernel releases at once.
The file names its holder's lease and flow run. Whoever gets the lock and finds them there knows that the holder is
dead: it gives the lease back and marks the run as crashed.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Crashed

from blocks.locks.lease import Lease, acquire, give_back
from blocks.storage.file_lock import lock_file
from blocks.storage.private_files import make_private_folder, private_opener
from imaging.slug import short_hash


@contextmanager
def one_at_a_time(name: str, folder: Path, *, wait: bool = True, is_new: bool = False) -> Iterator[Lease | None]:
    """Hold the lock `name` for the context; `folder` is where this machine's processes meet.

    Without an API that answers, or a disk that can be written, the other half of the lock has to do. The lease that
    is yielded (None without an API) says whether the lock is still ours. Without `wait` a lock that another run holds
    raises BlockingIOError. `is_new`: nobody has had it before, it seems, which spares a request.
    """
    with _local(name, folder, wait) as file, get_client(sync_client=True) as client:
        _bury_dead_holder(client, file)
        lease = acquire(client, name, wait=wait, is_new=is_new)
        try:
            _write(file, f"{lease.id if lease else None} {flow_run.id}")
            yield lease
        finally:
            # A lease that could not be given back is given back by the next one on this machine.
            _write(file, "" if lease is None or lease.release() else str(lease.id))


@contextmanager
def _local(name: str, folder: Path, wait: bool) -> Iterator[IO[str] | None]:
    try:
        make_private_folder(folder)
        file = open(folder / short_hash(name, 32), "a+", opener=private_opener)  # noqa: SIM115 - closed below
    except OSError:
        yield None
        return
    with file:
        lock_file(file, wait=wait)
        yield file


def _bury_dead_holder(client: SyncPrefectClient, file: IO[str] | None) -> None:
    """Clear up after a holder that died on this machine: nobody else can hold the file now."""
    if file is None:
        return
    file.seek(0)
    lease_id, run_id = (*file.read().split(), "", "")[:2]
    with suppress(ValueError):
        give_back(client, UUID(lease_id))
    with suppress(ValueError):
        _mark_as_crashed(client, UUID(run_id))


def _mark_as_crashed(client: SyncPrefectClient, run_id: UUID) -> None:
    """Without a word from its process the API would show the run as running for ever."""
    message = f"its process ended without a word; run {flow_run.id} took over"
    with suppress(httpx.HTTPError, ObjectNotFound):
        state = client.read_flow_run(run_id).state
        if state and state.is_running() and str(run_id) != flow_run.id:
            client.set_flow_run_state(run_id, Crashed(message=message))


def _write(file: IO[str] | None, text: str) -> None:
    if file:
        with suppress(OSError):  # on a full disk the lease runs out by itself
            file.truncate(0)
            file.write(text)  # append mode: always at the end, which is the beginning now
            file.flush()
