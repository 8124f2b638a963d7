"""What is measured, and the table."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

_HEADINGS = ("work", "limit", "genblaze", "plain script", "article-images", "ratio", "goal", "met")


@dataclass(frozen=True)
class Figure:
    """Samples of one figure, shown as median, (least-most) and their number."""

    values: Sequence[float]
    unit: str

    @property
    def median(self) -> float:
        """The median."""
        return median(self.values)

    def __str__(self) -> str:
        shown = f"{_short(self.median)} {self.unit}".strip()
        if len(self.values) == 1:
            return f"{shown} (n=1)"
        return f"{shown} ({_short(min(self.values))}-{_short(max(self.values))}, n={len(self.values)})"


@dataclass(frozen=True)
class Goal:
    """A bound on a figure, or on its ratio to `what`."""

    bound: float
    what: str = ""
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        """Return whether the value is within the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        sign = "at least" if self.at_least else "at most"
        return f"{sign} {self.bound:g} {self.what}".strip()


@dataclass(frozen=True)
class Line:
    """One row. `against`: what ours is divided by before the goal is held against it; None: the goal is absolute."""

    work: str
    ours: Figure
    goal: Goal | None = None
    against: float | None = None
    limit: str = ""
    genblaze: Figure | str | None = None
    plain: Figure | None = None

    @property
    def value(self) -> float:
        """What the goal is about."""
        return self.ours.median / self.against if self.against else self.ours.median

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the row."""
        peers = (str(each) if each else "-" for each in (self.genblaze, self.plain))
        ratio = f"{self.value:.2f}" if self.against else "-"
        met = "-" if self.goal is None else "yes" if self.goal.met_by(self.value) else "**no**"
        return (self.work, self.limit or "-", *peers, str(self.ours), ratio, str(self.goal or "-"), met)


def table(lines: Sequence[Line]) -> str:
    """Return the rows as Markdown."""
    rows = [_HEADINGS, tuple("---" for _ in _HEADINGS), *(line.cells for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine() -> str:
    """Return what this was measured on, in a line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if "model name" in line), "unknown"
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores ({model}), {memory / 2**20:.0f} GiB, {platform.system()}, Python {platform.python_version()}, "
        f"Prefect {version('prefect')}, Pillow {version('Pillow')}; load at the begin {os.getloadavg()[0]:.1f}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
