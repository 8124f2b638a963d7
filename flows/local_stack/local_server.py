"""The local Prefect server: for when no API is configured. Found if one runs, else started.

Prefect's own ephemeral server is started anew by every process: 13 s each time, and on a fresh machine, where
the database is migrated first, it gives up after 20 s. This one is shared by all runs of this machine that use
the same PREFECT_HOME, and leaves by itself when nobody has used it for a while.

Its users hold a shared lock on a file; the server goes when it gets that lock exclusively. A killed user's lock
is released by the kernel, so nobody is waited for in vain, and no list of users can go stale. The server of
`article-images up` (`server`) takes the place of one that only lingers, and is found in the same way.

    python -m flows.local_stack.local_server PORT LOCKFILE LINGER      (started by `local_api`, never by hand)
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from blocks.storage.file_lock import file_lock, lock_file, unlock_file
from blocks.storage.private_files import CHILD_UMASK, make_private_folder
from imaging.children import minimal_environment

_START_SECONDS = 180  # migrating a new database on a slow machine takes most of a minute
_BUSY_SECONDS = 30  # that a server may keep a question waiting before it counts as gone
_POLL_SECONDS = 0.1

_FOR_THE_SERVER = ("PREFECT_", "PG", "OTEL_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

# SQLite stalls for seconds between runs until the services that write to it do so in batches. The interval is cut
# to whole seconds by Prefect 3.8: 0.5 becomes 0, a loop that eats a core.
_SERVER_SETTINGS = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "50",
    # The lock of an article's runs is a lease: in the server's memory it would be lost with the server, and its slot
    # be taken for ever.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    # What the automation for killed runs waits for outlives a machine that is switched off for a while.
    "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P30D",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    # Our links lead to the first of Prefect's two UIs: so does its front door. And no advertisements.
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}


@contextmanager
def local_api(home: Path, linger: float) -> Iterator[str]:
    """Yield the URL of a local Prefect API over the database in `home`; keep it alive for the context.

    `linger`: seconds that it stays when its last user is gone. Raises RuntimeError when it does not start.
    """
    make_private_folder(home)
    note = note_in(home)
    with users_of(home) as users:
        lock_file(users, shared=True)
        with starting_alone(home):
            url = _running(note) or _start(home, Path(users.name), note, linger)
        yield url


def note_in(home: Path) -> Path:
    """Return the file that names the running server: `{"url": ..., "pid": ...}`."""
    return home / "article-images-server.json"


def users_of(home: Path) -> IO[str]:
    """Open the file that every user of the server holds a shared lock on."""
    return open(home / "article-images-server.lock", "a")


@contextmanager
def starting_alone(home: Path) -> Iterator[None]:
    """Let one process at a time start a server, or end it: two first users start one."""
    with file_lock(home / "article-images-server.start"):
        yield


def _running(note: Path) -> str | None:
    """Return the URL of the server that the note names, if it runs; one that is busy is waited for."""
    try:
        noted = json.loads(note.read_text())
        url, pid = str(noted["url"]), int(noted["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    deadline = time.monotonic() + _BUSY_SECONDS
    while _alive(pid):
        if _healthy(url):
            return url
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return None


def _healthy(url: str) -> bool:
    import httpx  # here, since the server process itself has no use for it

    try:
        # Plain http on this machine: reading the trust store each time would take a fifth of a core from the server.
        answer = httpx.get(f"{url}/health", timeout=5, trust_env=False, verify=False)  # noqa: S501
        return answer.status_code == 200
    except httpx.HTTPError:
        return False


def _start(home: Path, lock: Path, note: Path, linger: float) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    log = home / "article-images-server.log"
    command = [sys.executable, "-m", "flows.local_stack.local_server", str(port), str(lock), str(linger)]
    # Through a shell that leaves at once, so that the server is nobody's child: it outlives this run.
    started = subprocess.run(  # noqa: S603 - our own module
        ["/bin/sh", "-c", 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!', "sh", str(log), *command],
        stdout=subprocess.PIPE,
        env=server_environment(url, os.environ),
        umask=CHILD_UMASK,
        cwd=home,
        start_new_session=True,  # a Ctrl-C is not for it
        check=True,
    )
    pid = int(started.stdout)
    try:
        wait_until_healthy(partial(_alive, pid), url, log)
    except RuntimeError:
        if _alive(pid):
            os.kill(pid, signal.SIGTERM)
        raise
    _ensure_automations(url)
    note.write_text(json.dumps({"url": url, "pid": pid}))
    return url


def _ensure_automations(url: str) -> None:
    """No run is to fail for want of it: a server that does not take it now is asked again at its next start."""
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from blocks.provisioning.automations import ensure_killed_runs

    with (
        suppress(httpx.HTTPError),
        temporary_settings({PREFECT_API_URL: url}),
        get_client(sync_client=True) as client,
    ):
        ensure_killed_runs(client)


def server_environment(url: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a server process at `url`: quick on SQLite, unless `given` says otherwise.

    None of the keys that are for the runs alone: it has no use for them.
    """
    kept = minimal_environment(*_FOR_THE_SERVER, given=given)
    root = str(Path(__file__).resolve().parents[2])  # where `flows` is found from another folder
    paths = [root, *filter(None, [given.get("PYTHONPATH")])]
    return {
        **_SERVER_SETTINGS,
        **{name: value for name, value in kept.items() if name != "PREFECT_API_KEY"},
        "PREFECT_API_URL": url,
        "PREFECT_UI_API_URL": "/api",  # of whichever of its names the UI was opened at
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url.removesuffix("/api"),  # see flows/local_stack/server_guard.py
        "PYTHONPATH": os.pathsep.join(paths),
    }


def wait_until_healthy(alive: Callable[[], bool], url: str, log: Path) -> None:
    """Wait until the server answers. Raises RuntimeError when it has ended, or takes longer than it may."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and alive():
        if _healthy(url):
            return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"the local Prefect server did not start; {log} says why")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _serve(port: int, lock: Path, linger: float) -> None:
    from flows.local_stack.busy_database import AskedAgain, collect_rarely, wait_briefly
    from flows.local_stack.server_guard import ServerGuard

    collect_rarely()  # first: a start makes much, and leaves little

    import uvicorn
    from prefect.server.api.server import create_app

    wait_briefly()
    server = uvicorn.Server(
        uvicorn.Config(
            ServerGuard(AskedAgain(create_app())),
            host="127.0.0.1",
            port=port,
            log_level="error",
            timeout_graceful_shutdown=2,
        )
    )
    with open(lock, "a") as users:
        threading.Thread(target=_leave_when_unused, args=(server, users, linger), daemon=True).start()
        server.run()


def _leave_when_unused(server: "uvicorn.Server", users: IO[str], linger: float) -> None:  # type: ignore[name-defined] # noqa: F821
    """Ask the server to end once the lock has been free for `linger` seconds on end."""
    free_since: float | None = None
    while not server.should_exit:
        time.sleep(0.5)
        try:
            lock_file(users, wait=False)
        except OSError:
            free_since = None
            continue
        free_since = free_since or time.monotonic()
        if server.started and time.monotonic() - free_since >= linger:
            server.should_exit = True  # the lock is kept: a new user waits until this server is gone
            time.sleep(10)
            os._exit(0)  # and does not wait for a shutdown that hangs
        unlock_file(users)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
