"""Findings of the doctor: the result of a check, with a remedy if something is wrong."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `mend`: a command to run or a variable to set; None if all is well.

    `warn`: it works, but with limits. `FAIL`: something that was set up does not work.
    """

    name: str
    level: Level
    text: str
    mend: str | None = None


def well(name: str, text: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(name, "ok", text)


def warning(name: str, text: str, mend: str) -> Finding:
    """Return a finding of a limitation."""
    return Finding(name, "warn", text, mend)


def failure(name: str, text: str, mend: str) -> Finding:
    """Return a finding of a failure."""
    return Finding(name, "FAIL", text, mend)
