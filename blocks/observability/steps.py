"""Steps of a run for whoever shows its progress in this process, such as the bar of the command line.

Not by the run's log, which goes to the API: there may be ten thousand in a second.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Counted = Literal["pictures", "articles", "addresses"]


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is. `usd`: what it has spent so far. `under_way`: names of what it works on now."""

    of: Counted
    done: int
    total: int
    usd: float = 0.0
    under_way: tuple[str, ...] = ()


_shown_by: list[Callable[[Step], None]] = []


@contextmanager
def steps_shown_by(show: Callable[[Step], None]) -> Iterator[None]:
    """Call `show` with each step of this process's runs within the context, from any thread."""
    _shown_by.append(show)
    try:
        yield
    finally:
        _shown_by.remove(show)


def report_step(step: Step) -> None:
    """Hand the step to all that show steps."""
    for show in [*_shown_by]:
        show(step)
