"""Where the table goes: on paper, with machine and command."""

from collections.abc import Sequence
from pathlib import Path

from .figures import machine

_BEGIN, _END = "<!-- measured -->", "<!-- end of what was measured -->"


def head(arguments: Sequence[str]) -> str:
    """Return what was called, and on what."""
    command = " ".join(["python -m tests.benchmarks", *arguments]) if arguments else "make bench"
    return f"`{command}` on {machine()}"


def write(path: Path, found: str) -> None:
    """Replace what stands between the marks of a document."""
    before, begin, rest = path.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise SystemExit(f"{path}: has no {_BEGIN} ... {_END}")
    path.write_text(f"{before}{_BEGIN}\n\n{found.strip()}\n\n{_END}{after}")
