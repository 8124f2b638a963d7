"""Other Prefect servers than the product's local one, and what PostgreSQL costs."""

import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from blocks.network.ports import free_port

from .stage import Stage, cpu_of


@contextmanager
def prefects_own_server(stage: Stage, name: str, where: Path | None = None, **variables: str) -> Iterator[Stage]:
    """Run `prefect server start` over a database of its own, in the folder `where`; yield the stage beside it."""
    from tests.deployments.stack import wait_for

    api, home = f"http://127.0.0.1:{(port := free_port())}/api", stage.folder / name
    command = [str(Path(sysconfig.get_path("scripts")) / "prefect"), "server", "start", "--port", str(port), "--no-ui"]
    environment = stage.without("PREFECT_API_URL").environment | {"PREFECT_HOME": str(home)} | variables
    with (stage.folder / f"{name}.log").open("w") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, cwd=where or stage.folder, start_new_session=True
        )

    def answers() -> bool:
        try:
            return httpx.get(f"{api}/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    try:
        wait_for(answers)
        yield replace(stage.with_variables(PREFECT_API_URL=api), home=home, api=api, server_pid=server.pid)
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # its database is thrown away
        server.wait()


class Database:
    """A running PostgreSQL over `folder`, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"

    def cpu(self) -> float:
        """Seconds of processor time of its processes, those that have ended included."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        children = [
            int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _parent(path) == first
        ]
        return sum(cpu_of(pid, ended=True) for pid in [first, *children])

    def bytes(self) -> int:
        """The size of its tables and indexes on the disk, without the log that is written ahead."""
        return sum(path.stat().st_size for path in (self._data / "base").rglob("*") if path.is_file())


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # ended meanwhile
        return 0
