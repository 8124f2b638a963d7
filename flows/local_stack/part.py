"""The parts of the stack, and errors if one of them has ended."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imaging.errors import ImagesError

_LAST_LINE = 300  # characters
_TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the stack: its name, a check whether it is running, and its log."""

    name: str
    lives: Callable[[], bool]
    log: Path

    @classmethod
    def of(cls, name: str, process: "subprocess.Popen[bytes]", log: Path) -> "Part":
        """Return the part for a child process."""
        return cls(name, lambda: process.poll() is None, log)

    def check(self) -> None:
        """Raise PartEnded if it is not running."""
        if not self.lives():
            raise PartEnded(self.name, self.log)


class PartEnded(ImagesError):
    """A part of the stack has ended unexpectedly, or did not start. The message has its log's last line."""

    def __init__(self, name: str, log: Path) -> None:
        last_line = _last_line(log)
        super().__init__(f"{name} has ended" + (f"; the last line of {log}: {last_line}" if last_line else ""))


@contextmanager
def explained_by(parts: list[Part]) -> Iterator[None]:
    """Raise PartEnded instead of the body's error if one of the parts has ended."""
    try:
        yield
    except PartEnded:
        raise
    except Exception:
        for part in parts:
            part.check()
        raise


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        lines = []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:_LAST_LINE]
