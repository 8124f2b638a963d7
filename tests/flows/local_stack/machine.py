"""A machine on which `up` is started, asked and looked at from outside."""

import json
import os
import subprocess
import sysconfig
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from blocks.network.ports import free_port
from tests import forking
from tests.standins import ReplicateStandin
from tests.world import command

MARK = "ARTICLE_IMAGES_TEST_UP"
PATIENCE = 180.0  # seconds


@dataclass
class Machine:
    """A folder to start `up` in, with its own `.env`, and a Prefect home."""

    folder: Path
    home: Path
    port: int
    replicate: ReplicateStandin
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "PREFECT_HOME": str(self.home),
            "IMAGES_SERVER_LINGER": "60",
            "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",  # those that Prefect brings take its server 3 s
            MARK: self.mark,
        }

    @property
    def ui(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text()

    def start(self, until: str = "Runs, as they end:") -> "subprocess.Popen[bytes]":
        """Start `up` and wait until it says `until`."""
        script = Path(sysconfig.get_path("scripts")) / "article-images"
        with (self.folder / "said").open("wb") as said:
            process = subprocess.Popen(
                # `nohup make test` has SIGHUP ignored.
                ["env", "--default-signal=HUP", forking.python(), str(script), "up", "--port", str(self.port)],
                env=os.environ | self.variables,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        wait_for(lambda: until in self.said or process.poll() is not None)
        assert process.poll() is None, self.said
        return process

    def call(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run the console script in the folder, beside `up`."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            return command(*arguments, **self.variables, **variables)
        finally:
            os.chdir(before)

    def ask(self, method: str, path: str, **json_body: Any) -> Any:
        answer = httpx.request(method, f"{self.ui}/api/{path}", json=json_body or None, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def run_manual(self, topic: str) -> str:
        """What the run form does; return the id of the flow run."""
        form = self.ask("GET", "deployments/name/article-images/manual")["id"]
        run = self.ask("POST", f"deployments/{form}/create_flow_run", parameters={"article": {"topic": topic}})
        return str(run["id"])

    def state(self, run: str) -> str:
        return str(self.ask("GET", f"flow_runs/{run}")["state"]["type"])

    def processes(self) -> dict[int, str]:
        """The command lines of the live processes that `up` has started, itself among them."""
        wanted = f"{MARK}={self.mark}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # ended meanwhile
                continue
        return found

    def process(self, words: str) -> int:
        """The id of the process whose command line begins with something that ends in `words`."""
        return next(pid for pid, line in self.processes().items() if words in line and "/bin/sh" not in line)


def wait_for(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.25)


@contextmanager
def lingering_server(machine: Machine) -> Iterator["subprocess.Popen[bytes]"]:
    """A local server as a run leaves it behind."""
    lock = machine.home / "article-images-server.lock"
    server = subprocess.Popen(
        [forking.python(), "-m", "flows.local_stack.local_server", str(free_port()), str(lock), "600"],
        env=os.environ | {"PREFECT_HOME": str(machine.home)},
        stderr=subprocess.DEVNULL,
    )
    (machine.home / "article-images-server.json").write_text(json.dumps({"url": "", "pid": server.pid}))
    try:
        yield server
    finally:
        server.kill()
        server.wait()
