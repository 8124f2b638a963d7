"""The Prefect server of the local stack, over the same database as the local server of `run`."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil

from blocks.storage.file_lock import lock_file
from blocks.storage.private_files import CHILD_UMASK
from flows.local_stack.local_server import note_in, server_environment, starting_alone, users_of, wait_until_healthy
from flows.local_stack.part import PartEnded
from imaging.errors import ConfigurationError

_LOOK_AGAIN_SECONDS = 0.1
_STOP_SECONDS = 10


@contextmanager
def foreground_server(
    home: Path, port: int, log: Path, environment: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Serve the API over the database in `home` on `port` within the context; yield the server's process.

    Runs that start meanwhile use it. Raises ConfigurationError if the port is in use, or if a run uses another local
    server; PartEnded if the server does not start.
    """
    with users_of(home) as users:
        with starting_alone(home):
            check_free(port)
            _make_room(users, note_in(home))
            server = _started(home, port, log, environment)
        try:
            yield server
        finally:
            with starting_alone(home):  # a run that starts now waits, and then starts a server of its own
                note_in(home).unlink(missing_ok=True)
                _stop(server)


def check_free(port: int) -> None:
    """Raise ConfigurationError if the port is not available."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = (error.strerror or "not available").lower()
            raise ConfigurationError(f"port {port}: {reason}; choose another with --port") from None


def _make_room(users: IO[str], note: Path) -> None:
    """End an unused local server, and lock as a user of the new one. Raises ConfigurationError if a run uses it."""
    lock_file(users, shared=True)  # waits for a server that is stopping
    for _ in range(10):
        with suppress(BlockingIOError):  # an idle server takes the lock briefly, twice a second
            lock_file(users, wait=False)
            break
        time.sleep(_LOOK_AGAIN_SECONDS)
    else:
        raise ConfigurationError("a run is using the local Prefect server: start `up` again when it has ended")
    with suppress(OSError, ValueError, KeyError, TypeError, psutil.Error):  # no note or server, or one that has ended
        _end(int(json.loads(note.read_text())["pid"]))
    lock_file(users, shared=True)


def _end(pid: int) -> None:
    """End the process `pid` if it is a local server: after a crash another process may have its number."""
    if _is_ours(pid):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_ours(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(_LOOK_AGAIN_SECONDS)


def _is_ours(pid: int) -> bool:
    return "flows.local_stack.local_server" in psutil.Process(pid).cmdline()


def _started(home: Path, port: int, log: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    url = f"http://127.0.0.1:{port}/api"
    with log.open("ab") as output, users_of(home) as users:
        server = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "flows.local_stack.local_server", str(port), users.name, "0"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=server_environment(url, home, environment),
            umask=CHILD_UMASK,
            cwd=home,
            start_new_session=True,  # so that Ctrl-C reaches `up` alone, which ends the server last
        )
    try:
        wait_until_healthy(lambda: server.poll() is None, url, log)
        note_in(home).write_text(json.dumps({"url": url, "pid": server.pid}))
    except BaseException as error:
        _stop(server)
        if isinstance(error, RuntimeError):
            raise PartEnded("the Prefect server", log) from None
        raise
    return server


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(_STOP_SECONDS)
    server.kill()
    server.wait()
