"""The local Prefect server, used when no API is configured: reused if it is running, else started.

Prefect's own ephemeral server is started by every process: 13 s each time, and on a fresh machine, where the database
is migrated first, it gives up after 20 s. This one is shared by all runs of this machine with the same PREFECT_HOME,
and stops when it has been unused for a while.

Its users hold a shared lock on a file; the server stops once it gets the lock exclusively. The kernel releases the lock
of a killed user, so that no list of users can become stale. The server of `article-images up` (`server`) replaces an
unused one, and is found in the same way.

    python -m flows.local_stack.local_server PORT LOCKFILE LINGER      (internal: started by `local_api`)
"""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

from blocks.network.ports import free_port
from blocks.storage.file_lock import file_lock, lock_file, unlock_file
from blocks.storage.private_files import CHILD_UMASK, make_private_folder
from imaging.children import minimal_environment

_START_SECONDS = 180  # migrating a new database on a slow machine takes most of a minute
_BUSY_SECONDS = 30  # without an answer before a server counts as gone
_POLL_SECONDS = 0.1

_FOR_THE_SERVER = ("PREFECT_", "PG", "OTEL_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

_SETTINGS = Path(__file__).with_name("prefect.toml")


@contextmanager
def local_api(home: Path, linger: float, starting: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Yield the URL of a local Prefect API over the database in `home`; keep it running for the context.

    `linger`: seconds that it keeps running without users. `starting` is called if it is not running yet. Raises
    RuntimeError if it does not start.
    """
    make_private_folder(home)
    note = note_in(home)
    with users_of(home) as users:
        lock_file(users, shared=True)
        with starting_alone(home):
            url = _running(note)
            if url is None:
                starting()
                url = _start(home, Path(users.name), note, linger)
        yield url


def note_in(home: Path) -> Path:
    """Return the file that names the running server: `{"url": ..., "pid": ...}`."""
    return home / "article-images-server.json"


def users_of(home: Path) -> IO[str]:
    """Open the file that every user of the server holds a shared lock on."""
    return open(home / "article-images-server.lock", "a")


@contextmanager
def starting_alone(home: Path) -> Iterator[None]:
    """Lock starting and ending a server, so that two first users start one."""
    with file_lock(home / "article-images-server.start"):
        yield


def _running(note: Path) -> str | None:
    """Return the URL of the server in the note if it runs, after waiting for a busy one; else None."""
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
    import httpx  # here, since the server process does not need it

    try:
        # Plain http, so no TLS verification: loading the trust store each time would take a fifth of a core.
        answer = httpx.get(f"{url}/health", timeout=5, trust_env=False, verify=False)  # noqa: S501
        return answer.status_code == 200
    except httpx.HTTPError:
        return False


def _start(home: Path, lock: Path, note: Path, linger: float) -> str:
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    log = home / "article-images-server.log"
    command = [sys.executable, "-m", "flows.local_stack.local_server", str(port), str(lock), str(linger)]
    # Through a shell that exits at once, so that the server is not our child and outlives this run.
    started = subprocess.run(  # noqa: S603 - our own module
        ["/bin/sh", "-c", 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!', "sh", str(log), *command],
        stdout=subprocess.PIPE,
        env=server_environment(url, home, os.environ),
        umask=CHILD_UMASK,
        cwd=home,
        start_new_session=True,  # so that Ctrl-C does not reach it
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
    """Create the automations for killed runs; on failure they are left to the next start, as runs do not need them."""
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


def server_environment(url: str, home: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a server process at `url`: the settings of prefect.toml, overridden by `given`.

    Prefect reads that file in the working folder alone, which is `home` here. Without API keys, which only runs need.
    """
    kept = minimal_environment(*_FOR_THE_SERVER, given=given)
    root = str(Path(__file__).resolve().parents[2])  # to import `flows` from another folder
    paths = [root, *filter(None, [given.get("PYTHONPATH")])]
    return {
        **dict(_variables("PREFECT", tomllib.loads(_SETTINGS.read_text()))),
        **{name: value for name, value in kept.items() if name != "PREFECT_API_KEY"},
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url.removesuffix("/api"),  # see flows/local_stack/server_guard.py
        "PYTHONPATH": os.pathsep.join(paths),
    }


def _variables(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the environment variables of a table of settings."""
    if not isinstance(value, dict):
        yield name, str(value)
        return
    for key, inner in value.items():
        yield from _variables(f"{name}_{key.upper()}", inner)


def wait_until_healthy(alive: Callable[[], bool], url: str, log: Path) -> None:
    """Wait until the server answers. Raises RuntimeError if it has ended or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and alive():
        if _healthy(url):
            return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"the local Prefect server did not start; see {log}")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _serve(port: int, lock: Path, linger: float) -> None:
    from flows.local_stack.busy_database import RetryWhenBusy, collect_garbage_rarely, shorten_busy_timeout
    from flows.local_stack.server_guard import ServerGuard

    gc.disable()  # first, so that no collection happens during the start

    import uvicorn
    from prefect.server.api.server import create_app

    shorten_busy_timeout()
    server = uvicorn.Server(
        uvicorn.Config(
            ServerGuard(RetryWhenBusy(create_app())),
            host="127.0.0.1",
            port=port,
            log_level="error",
            timeout_graceful_shutdown=2,
        )
    )
    collect_garbage_rarely(lambda: server.started)
    with open(lock, "a") as users:
        threading.Thread(target=_leave_when_unused, args=(server, users, linger), daemon=True).start()
        server.run()


def _leave_when_unused(server: "uvicorn.Server", users: IO[str], linger: float) -> None:  # type: ignore[name-defined] # noqa: F821
    """Stop the server once the lock has been free for `linger` seconds in a row."""
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
            server.should_exit = True  # the lock is kept, so that a new user waits until this server has ended
            time.sleep(10)
            os._exit(0)  # in case the shutdown hangs
        unlock_file(users)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
