"""Where the table goes: on paper, with machine and command."""

from collections.abc import Sequence
from pathlib import Path

from .figures import machine

BEGIN, END = "<!-- make bench -->", "<!-- end of make bench -->"


def head(arguments: Sequence[str]) -> str:
    """Return what was called, and on what."""
    command = " ".join(["python -m tests.benchmarks", *arguments]) if arguments else "make bench"
    return f"`{command}` on {machine()}"


def write(path: Path, found: str) -> None:
    """Replace what stands between the marks of a document."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{path}: has no {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n\n{found}\n{END}{after}")
