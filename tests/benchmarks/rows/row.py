"""A row: its name, for ONLY, and how it is played; peers and we take turns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from tests.benchmarks.figures import Figure, Line
from tests.benchmarks.stage import Stage

_Sample = TypeVar("_Sample")
_numbers = count(1)


@dataclass(frozen=True)
class Row:
    """Lines of the table that are measured together."""

    name: str
    play: Callable[[Stage], Iterable[Line]]
    always: bool = True
    """Whether it is played where nobody asks for it by its name."""


def in_turn(rounds: int, *players: Callable[[], _Sample]) -> list[list[_Sample]]:
    """Let each play once a round; return the samples of each."""
    played = [[player() for player in players] for _ in range(rounds)]
    return [[one[number] for one in played] for number in range(len(players))]


def topics(number: int) -> list[str]:
    """Return so many topics that no article had before."""
    return [f"Probe {next(_numbers)} im Vergleich" for _ in range(number)]


def figure(samples: Sequence[_Sample | None], of: Callable[[_Sample], float], unit: str) -> Figure | None:
    """Return what the samples say; None where there are none."""
    there = [sample for sample in samples if sample is not None]
    return Figure([of(sample) for sample in there], unit) if there else None
