"""Imports the product once, and forks a process from that for each script that is asked for (see client.py).

python -m tests.forking.server SOCKET
"""

import gc
import importlib
import marshal
import os
import runpy
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import Any

PRODUCT = (
    "flows.article_images", "flows.backlog", "flows.legacy_migration", "flows.repair", "flows.cli", "flows.entry",
    *(f"flows.commands.{name}" for name in ("run", "backlog", "plan", "tenants.migrate", "output.report", "verify")),
)  # fmt: skip


def serve(path: str) -> None:
    """Fork until standard input is closed. Returns in each forked process, and in this one at the end."""
    for name in PRODUCT:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a fork would lose the other threads"
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)  # noqa: T201 - read by the process that has started this one
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the keepers' ends are nobody's business
        waited: list[Any] = [listener, sys.stdin]
        while sys.stdin not in select.select(waited, [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    run_and_keep(connection)
                    return


def run_and_keep(connection: socket.socket) -> None:
    """Fork once more: the inner process returns, and is the one asked for; the outer waits for it, and reports."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    request = b""
    while len(request) < int.from_bytes(head, "big"):
        request += connection.recv(1 << 16)
    process = os.fork()
    if process == 0:
        arguments, environment, folder = marshal.loads(request)  # noqa: S302 - from the client, on the same machine
        _become(arguments, environment, folder, streams)
        return
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    connection.sendall(process.to_bytes(4, "big"))
    ended = os.pidfd_open(process)
    waited: list[Any] = [ended, connection]
    if ended not in select.select(waited, [], [])[0]:  # whoever stands for it has been killed
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with suppress(OSError):
        connection.sendall(status.to_bytes(4, "big"))
    os._exit(0)


def _become(arguments: list[str], environment: dict[str, str], folder: str, streams: list[int]) -> None:
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    from flows.commands.process_start import prepare_process

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    opened = partial(open, encoding=environment.get("PYTHONIOENCODING"), closefd=False)
    sys.stdin, sys.stdout = opened(0), opened(1, "w")
    sys.stderr = opened(2, "w", buffering=1, errors="backslashreplace")
    sys.argv = arguments
    sys.path[0] = os.path.dirname(arguments[0])
    prepare_process()  # as the command line does before it imports Prefect, which then does what follows
    refresh_global_settings_context()
    setup_logging(incremental=False)


if __name__ == "__main__":
    serve(sys.argv[1])
    if sys.argv[0] != __file__:  # the process that was asked for
        runpy.run_path(sys.argv[0], run_name="__main__")
