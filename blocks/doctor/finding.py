"""A finding: what one look at the set-up saw, and the mend where something is wrong."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. `mend` is a command to run or a variable to set; None where all is well.

    `warn`: it works, but not as it could, or not for everybody. `FAIL`: something that was set up does not work.
    """

    name: str
    level: Level
    text: str
    mend: str | None = None


def well(name: str, text: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(name, "ok", text)


def warning(name: str, text: str, mend: str) -> Finding:
    """Return a finding to think about."""
    return Finding(name, "warn", text, mend)


def failure(name: str, text: str, mend: str) -> Finding:
    """Return the finding of something broken."""
    return Finding(name, "FAIL", text, mend)
