"""Imports the product and Prefect's server once, and forks a process from that for each that is asked for (client.py).

python -m tests.forking.server FOLDER
"""

import gc
import importlib
import marshal
import multiprocessing
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
    "flows.brand_assets", "flows.missed", "flows.storage_report", "flows.local_stack.up",
    *(f"flows.commands.{name}" for name in ("run", "backlog", "plan", "tenants.migrate", "output.report", "verify")),
    "flows.lifecycle.run_to_be", "flows.local_stack.busy_database", "flows.local_stack.server_guard",
)  # fmt: skip
PREFECT = ("prefect.server.api.server", "prefect.cli", "prefect.cli.deploy._core", "prefect.cli.worker", "uvicorn",
           "prefect.workers.process", "prefect.task_engine", "prefect.concurrency._sync", "anyio._backends._asyncio",
           "prefect.utilities.visualization")  # fmt: skip


def load() -> None:
    """Load what each run loads: the model of languages takes it a second, the descriptions of S3 a fifth of one."""
    from PIL import Image

    from blocks.storage.s3_client import load_descriptions
    from imaging.pages.gallery import templates
    from imaging.text.language import load_languages

    load_languages()
    load_descriptions()
    Image.init()
    for name in templates.list_templates(["j2"]):
        templates.get_template(name)


def serve(folder: str) -> "list[str]":
    """Fork until standard input is closed. Returns the arguments of each forked process, and none at the end."""
    for name in (*PRODUCT, *PREFECT):
        importlib.import_module(name)
    load()
    assert threading.active_count() == 1, "a fork would lose the other threads"
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/starting")
        listener.listen()
        os.rename(f"{folder}/starting", f"{folder}/socket")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the keepers' ends are nobody's business
        waited: list[Any] = [listener, sys.stdin]
        while sys.stdin not in select.select(waited, [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    return run_and_keep(connection, f"{folder}/python")
    return []


def run_and_keep(connection: socket.socket, python: str) -> "list[str]":
    """Fork once more: the inner process returns, and is the one asked for; the outer waits for it, and reports."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, given, _, _ = socket.recv_fds(connection, 4, 64)
    request = b""
    while len(request) < int.from_bytes(head, "big"):
        request += connection.recv(1 << 16)
    process = os.fork()
    if process == 0:
        arguments, environment, folder, mask, ignored, files = marshal.loads(request)  # noqa: S302 - from the client
        connection.close()
        _open(dict(zip(files, given, strict=True)))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)
        os.umask(mask)
        os.chdir(folder)
        sys.executable = python
        multiprocessing.set_executable(python)  # by which Prefect starts the runs that it serves
        _become(environment)
        return list(arguments)
    for stream in (0, 1, 2, *given):
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


def _open(files: dict[int, int]) -> None:
    """Give files the numbers that they have in the client: {number there: number here}."""
    above = max(*files, *files.values()) + 1
    for place, here in enumerate(files.values()):
        os.dup2(here, above + place)
        os.close(here)
    for place, there in enumerate(files):
        os.dup2(above + place, there)
        os.close(above + place)


def _become(environment: dict[str, str]) -> None:
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    from flows.commands.process_start import prepare_process

    os.environ.clear()
    os.environ.update(environment)
    opened = partial(open, encoding=environment.get("PYTHONIOENCODING"), closefd=False)
    sys.stdin, sys.stdout = opened(0), opened(1, "w")
    sys.stderr = opened(2, "w", buffering=1, errors="backslashreplace")
    prepare_process()  # as the command line does before it imports Prefect, which then does what follows
    refresh_global_settings_context()
    setup_logging(incremental=False)


def run(arguments: "list[str]") -> None:
    """Run what Python would run with these arguments."""
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    match arguments:
        case ["-m", module, *others]:
            sys.path.insert(0, os.getcwd())
            sys.argv = [module, *others]
            sys.modules.pop(module, None)
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case ["-c", code, *others]:
            sys.path.insert(0, "")
            sys.argv = ["-c", *others]
            exec(code, {"__name__": "__main__"})  # noqa: S102 - as Python does
        case [script, *_]:
            sys.path.insert(0, os.path.dirname(script))
            sys.argv = arguments
            runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    if asked := serve(sys.argv[1]):
        sys.path.pop(0)  # the folder of this process
        run(asked)
