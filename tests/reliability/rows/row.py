"""One row of the fault table: break something, run, mend it, run again, count."""

import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.commands.command import Command, Run
from tests.reliability.harness import ledger
from tests.reliability.harness.process import Finished
from tests.reliability.harness.world import World, open_world

Breaks = Callable[[World], object]


class Skipped(Exception):
    """This machine cannot play the row; the text says why."""


@dataclass(frozen=True)
class Row:
    """A fault for some kinds of picture.

    `names` is a pattern that the message must match where the first run is not complete: the cause. `then`
    breaks something else for one more run before all is mended. `mends_first`: `repair` comes before the run
    that checks. Without it the run comes first, which is harder, since it must not pay for what waits in the
    spool, and `repair` gets its chance only where that run has left something missing. `passes`: the trouble is over
    before the first run gives it up, which has to be complete. `unpaid`: the
    first run ends with exit 2, and nothing was paid when it did. `ends`: with which code it ends, where that is sure.
    """

    name: str
    only: str
    breaks: Breaks
    names: str
    then: Breaks | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    mends_first: bool = False
    passes: bool = False
    seconds: float = 150
    unpaid: bool = False
    ends: int | None = None
    command: type[Command] = Run

    @property
    def title(self) -> str:
        """What the table calls it."""
        return f"{self.name} × {self.only or 'all'}" if self.command is Run else f"{self.command.name}: {self.name}"


@dataclass(frozen=True)
class Result:
    """What came of a row. `skipped` says why nothing did."""

    row: Row
    runs: tuple[Finished, ...] = ()
    tally: ledger.Tally | None = None
    skipped: str = ""
    seconds: float = 0.0
    spent_first: int = 0

    @property
    def message(self) -> str:
        """The cause as the product told it: of the first run that was not complete."""
        return next((run.message for run in self.runs if run.state != "complete"), "")

    @property
    def complaints(self) -> list[str]:
        """Why this row is red; empty where it is not."""
        if self.tally is None:
            return []
        found = [f"{self.tally.twice} paid twice"] if self.tally.twice else []
        found += [f"{self.tally.lost} lost"] if self.tally.lost else []
        if self.row.unpaid and (self.runs[0].exit_code != 2 or self.spent_first):
            found.append(f"exit {self.runs[0].exit_code} and {self.spent_first} paid, not exit 2 and none")
        if self.row.ends is not None and self.runs[0].exit_code != self.row.ends:
            found.append(f"exit {self.runs[0].exit_code}, not {self.row.ends}")
        found += [f"run {n} hangs" for n, run in enumerate(self.runs, 1) if run.exit_code is None]
        found += self.tally.lies
        if self.row.passes and self.runs[0].state != "complete":
            found.append("the trouble passed, and cost the run a picture all the same")
        if self.runs[-1].state == "error":
            found.append(f"the run after all was mended ends with exit 1: {self.runs[-1].message}")
        if any(run.state != "complete" for run in self.runs[: 2 if self.row.then else 1]):
            if not self.message:
                found.append("no message")
            elif not re.search(self.row.names, self.message, re.IGNORECASE):
                found.append(f"the message does not name the cause (/{self.row.names}/)")
        return found

    @property
    def remarks(self) -> list[str]:
        """What is no breach of the promise, but should be known."""
        if self.tally is None:
            return []
        found = []
        if self.tally.durable < self.tally.planned:
            found.append(f"does not heal: {self.runs[-1].message or self.runs[-1].state}")
        if self.row.command is Run and any(run.state == "error" for run in self.runs[:-1]):
            found.append("no set came back: exit 1")
        return found


def play(row: Row, prefect_api: str, root: Path) -> Result:
    """Play a row in a world of its own below `root`."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="row-", dir=root))
    with open_world(folder, prefect_api, delay=row.delay, variables=row.variables) as world:
        command = row.command(world, row.only)
        command.prepare()
        try:
            row.breaks(world)
        except Skipped as reason:
            return Result(row, skipped=str(reason))
        runs = [command.call(row.seconds)]
        spent = len(world.orders) + len(world.chutes.paid)
        world.lift()
        if row.then:
            row.then(world)
            runs.append(command.call(row.seconds))
            world.lift()
        if row.mends_first:
            command.mend(row.seconds)
        runs.append(command.call(row.seconds))
        tally = command.tally(runs)
        if tally.lost or tally.durable < tally.planned:
            command.mend(row.seconds)
            tally = command.tally(runs)
    return Result(row, tuple(runs), tally, seconds=time.monotonic() - began, spent_first=spent)
