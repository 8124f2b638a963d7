"""When to kill: moments spread over a command from what it does first to its end, the same for the same seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.reliability.harness.world import World

After = Literal["start", "first call", "first write", "create"]
AIMED = 4
"""Kills beside the random ones, while the first create is under way: paid for, and its id not yet written down."""
_UNDER_WAY = 0.08
"""Seconds that this lasts, more or less."""


@dataclass(frozen=True)
class Moment:
    """When to kill: so many seconds after the start, or the first call to a vendor, write or create."""

    number: int
    seconds: float
    after: After

    @property
    def embedded(self) -> bool:
        """Whether the command brings its own storage."""
        return self.number % 2 == 1


@dataclass(frozen=True)
class Phase:
    """What a command does from `after` on: how many seconds it takes, and which part of the kills it gets."""

    after: After
    seconds: float
    share: float


def moments(times: int, seed: int, phases: Sequence[Phase], *, aimed: bool) -> list[Moment]:
    """Spread so many moments over the phases, and if `aimed` some more over the first create."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    found: list[Moment] = []
    for phase in (*phases, *([Phase("create", _UNDER_WAY, AIMED / times)] if aimed else [])):
        kills = round(times * phase.share)
        spread = (phase.seconds * (n + chance.random()) / kills for n in range(kills))
        found += [Moment(len(found) + n, seconds, phase.after) for n, seconds in enumerate(spread)]
    return found


def triggers(world: World) -> Mapping[After, Callable[[], object]]:
    """Return what tells that a phase has begun, of a command that is started next."""
    created: list[bool] = []
    world.replicate.on_create = lambda: created.append(True)
    before = _files(world)
    return {
        "start": lambda: True,
        "first call": lambda: world.replicate.requests,
        "first write": lambda: _files(world) != before,
        "create": lambda: created,
    }


def _files(world: World) -> dict[str, int]:
    """The bucket's files as they are: with the embedded storage nobody else sees what is written."""
    found = {}
    for path in world.bucket.rglob("*"):
        try:
            found[str(path)] = path.stat().st_mtime_ns
        except OSError:  # deleted meanwhile
            continue
    return found
