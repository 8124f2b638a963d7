"""A make-believe machine: a folder with a home, a copy of the code and data of its own, and a mark on its processes."""

import os
import shutil
import signal
import subprocess
import sysconfig
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests import ROOT
from tests.reliability.harness.process import clean_environment
from tests.reliability.harness.world import MARK

_CODE = ("flows", "tasks", "blocks", "imaging", "prefect.yaml", "prefect.toml")


@dataclass
class Machine:
    """One machine in `folder`. Nothing of it is known to another one; all share the Prefect API `api`."""

    folder: Path
    api: str
    variables: Mapping[str, str]
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        """Install the code. The libraries are those of this Python: only what is ours is copied."""
        self.code.mkdir(parents=True)
        for name in _CODE:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, self.code / name)

    @property
    def code(self) -> Path:
        """`IMAGES_HOME`."""
        return self.folder / "code"

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this machine is started with."""
        return {
            **clean_environment(),
            "HOME": str(self.folder / "home"),
            "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.code),
            "PREFECT_HOME": str(self.folder / "home" / ".prefect"),
            "PREFECT_API_URL": self.api,
            "IMAGES_HOME": str(self.code),
            "IMAGES_DATA_DIR": str(self.folder / "data"),
            MARK: self.mark,
            **self.variables,
        }

    def start(self, log: str, *command: str) -> "subprocess.Popen[bytes]":
        """Start a program that is installed here; its output goes to `log` in the folder."""
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                [str(Path(sysconfig.get_path("scripts")) / command[0]), *command[1:]],
                env=self.environment,
                cwd=self.code,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def call(self, log: str, *command: str, seconds: float = 300) -> None:
        """Run a program to its end. Raises RuntimeError where it fails."""
        if code := self.start(log, *command).wait(seconds):
            raise RuntimeError(f"{' '.join(command)} ended with {code}: see {self.folder / log}")

    def kill(self) -> int:
        """Have the machine be gone: every process of it gets SIGKILL. Return how many there were."""
        killed: set[int] = set()
        while alive := self.processes():
            for pid in alive - killed:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            killed |= alive
            time.sleep(0.01)  # the last ones are dying
        return len(killed)

    def processes(self) -> set[int]:
        """The processes that carry the mark, whoever started them."""
        wanted = f"{MARK}={self.mark}".encode()
        found = set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
            except OSError:  # ended meanwhile, or not ours to read
                continue
        return found - {os.getpid()}

    def runs(self) -> dict[str, Path]:
        """The flow runs that go on here, by id, and the folder in which each works."""
        found: dict[str, Path] = {}
        for pid in self.processes():
            try:
                variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
                folder = Path(f"/proc/{pid}/cwd").readlink()
            except OSError:
                continue
            found |= {each.partition("=")[2]: folder for each in variables if each.startswith("PREFECT__FLOW_RUN_ID=")}
        return found
