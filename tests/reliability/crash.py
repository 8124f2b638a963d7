"""The crash run: `make crash`, or `python -m tests.reliability.crash [--only REGEX] [--times N] [--seed N] [--jobs N]`.

`kill -9` at random moments across a command, then the same command again. Odd ones use the embedded storage, so that a
killed one has servers to leave behind. Exit code 1 where anything was paid twice, was lost or half-written, belongs to
another tenant and has changed, hangs, or was left running.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.reliability.commands.brand import BrandSet
from tests.reliability.commands.command import Command, Run
from tests.reliability.commands.erase import Erase
from tests.reliability.commands.migrate import Migrate
from tests.reliability.commands.usage import StorageReport
from tests.reliability.harness import ledger
from tests.reliability.harness.moments import Moment, Phase, moments, triggers
from tests.reliability.harness.pool import in_order
from tests.reliability.harness.process import Finished
from tests.reliability.harness.world import World, open_world, prefect_server
from tests.reliability.rows.table import console

COMMANDS: tuple[type[Command], ...] = (Run, Migrate, StorageReport, BrandSet, Erase)
KILLED = Finished(-9, 0.0, None, "")
DELAY = 1.0
"""Seconds that a vendor takes over a picture."""
_PATIENCE = 150.0


@dataclass(frozen=True)
class Crash:
    """What came of one kill. `created` counts predictions and calls before it, `tally` those of both runs.

    `halves`: what it left half-written.
    """

    command: type[Command]
    moment: Moment
    created: tuple[int, int]
    resumed: Finished
    tally: ledger.Tally
    predictions: int
    outlived: bool
    leftovers: int
    halves: tuple[str, ...]

    @property
    def complaints(self) -> list[str]:
        """Why this kill is red; empty where it is not."""
        found = [f"{self.tally.twice} paid twice"] if self.tally.twice else []
        found += [f"{self.tally.lost} lost"] if self.tally.lost else []
        found += [f"{self.leftovers} processes left over"] if self.leftovers else []
        found += [f"right after the kill: {half}" for half in self.halves]
        found += self.tally.lies
        if self.tally.durable < self.tally.planned:
            found.append(f"{self.tally.durable} of {self.tally.planned} done in the end")
        if self.resumed.state != "complete":
            found.append(f"the second run {self.resumed.state}: {self.resumed.message}")
        return found


def crash(command: type[Command], moment: Moment, prefect_api: str, root: Path) -> Crash:
    """Kill a command at `moment`, start it again, count."""
    folder = Path(tempfile.mkdtemp(prefix="crash-", dir=root))
    with open_world(folder, prefect_api, delay=DELAY, embedded=moment.embedded) as world:
        called = command(world)
        called.prepare()
        outlived = killed_at(called, moment)
        leftovers = _left_over(world)
        time.sleep(2 * DELAY)  # what was on its way at the kill has arrived by then, and is of the first run
        created = len(world.replicate.paid), len(world.chutes.deliveries)
        kept, halves = world.hashes(), called.halves()
        resumed = called.call(_PATIENCE)
        called.mend(_PATIENCE)
        # A call in flight at the kill died with the process, and what it brought with it unless that was stored.
        before = world.chutes.deliveries[: created[1]]
        world.chutes.deliveries[: created[1]] = ledger.as_after_a_kill(before, kept)
        tally = called.tally([KILLED, resumed])
        return Crash(
            command, moment, created, resumed, tally, len(world.replicate.paid), outlived,
            leftovers + _left_over(world), tuple(halves),
        )  # fmt: skip


def killed_at(command: Command, moment: Moment) -> bool:
    """Start the command and kill it; tell whether it had ended before."""
    reached = triggers(command.world)[moment.after]
    began = time.monotonic()
    process = command.start()
    while not reached() and process.poll() is None and time.monotonic() - began < _PATIENCE:
        time.sleep(0.002)
    time.sleep(moment.seconds)
    outlived = process.poll() is not None
    process.kill()
    process.wait()
    return outlived


def measured(command: type[Command], prefect_api: str, root: Path) -> list[Phase]:
    """Return how long each phase of a whole run of the command takes."""
    with open_world(Path(tempfile.mkdtemp(prefix="whole-", dir=root)), prefect_api, delay=DELAY) as world:
        called = command(world)
        called.prepare()
        reached, times = triggers(world), [time.monotonic()]
        process = called.start()
        for after in command.phases:
            while not reached[after]() and process.poll() is None:
                time.sleep(0.01)
            times.append(time.monotonic())
        done = world.finish(process, _PATIENCE, times[0])
        if done.exit_code:
            raise RuntimeError(f"{command.name} does not work: {done.message}")
        lengths = [end - begin for begin, end in zip(times[1:], [*times[2:], time.monotonic()], strict=True)]
        shares = zip(command.phases.items(), lengths, strict=True)
        return [Phase(after, seconds, share) for (after, share), seconds in shares]


def _left_over(world: World) -> int:
    """Children get two seconds to notice that their parent has died."""
    end = time.monotonic() + 2
    while (found := world.leftovers()) and time.monotonic() < end:
        time.sleep(0.1)
    return len(found)


def show(crashes: Sequence[Crash], out: Console) -> bool:
    """Print the table and its sum; tell whether every kill kept the promise."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = ("", "command", "killed at", "storage", "before it", "then", "exit", "predictions", "twice", "lost",
                "chutes again", "done", "left over", "s")  # fmt: skip
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for one in crashes:
        red, tally = bool(one.complaints), one.tally
        when = f"{one.moment.after} + {one.moment.seconds:.2f} s"
        table.add_row(
            Text("✗" if red else "✓", style="bold red" if red else "green"),
            one.command.name,
            when + (" (had ended)" if one.outlived else ""),
            "embedded" if one.moment.embedded else "bucket",
            f"{one.created[0]} predictions, {one.created[1]} calls",
            one.resumed.state,
            str(one.resumed.exit_code),
            *map(str, (one.predictions, tally.twice, tally.lost, tally.again)),
            f"{tally.durable}/{tally.planned}",
            str(one.leftovers),
            f"{one.resumed.seconds:.0f}",
        )
    out.print(table)
    for one in crashes:
        for line in one.complaints:
            out.print(Text(f"  {one.command.name}, kill {one.moment.number}: {line}", style="red"))
    bad = [one for one in crashes if one.complaints]
    out.print(
        f"\n{len(crashes)} kills; predictions {sum(one.predictions for one in crashes)},"
        f" paid twice {sum(one.tally.twice for one in crashes)}, lost {sum(one.tally.lost for one in crashes)},"
        f" Chutes calls in flight repeated {sum(one.tally.again for one in crashes)}; {len(bad)} red",
        style="bold red" if bad else "bold green",
        highlight=False,
    )
    return not bad


def main() -> int:
    """Kill as often as asked and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.crash", description=__doc__)
    names = ", ".join(command.name for command in COMMANDS)
    parser.add_argument("--only", default="", metavar="REGEX", help=f"only commands whose name has this: {names}")
    parser.add_argument(
        "--times", type=int, default=30, help="kills of a run (default 30), beside those at a create; of others a third"
    )
    parser.add_argument("--seed", type=int, default=3, help="another seed, other moments (default 3)")
    parser.add_argument("--jobs", type=int, default=2, help="kills at a time (default 2)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="article-images-crash-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        with prefect_server(root / "prefect") as api:
            planned = [
                (command, moment)
                for command in COMMANDS
                if re.search(options.only, command.name)
                for moment in moments(
                    options.times if command is Run else options.times // 3,
                    options.seed,
                    measured(command, api, root),
                    aimed=command.orders,
                )
            ]
            crashes = in_order(planned, lambda kill: crash(*kill, api, root), _told, options.jobs)
        return 0 if show(crashes, console()) else 1


def _told(one: Crash) -> str:
    how = "; ".join(one.complaints) or "ok"
    return f"{one.command.name}, kill {one.moment.number}: {how} ({one.resumed.seconds:.0f} s to resume)"


if __name__ == "__main__":
    sys.exit(main())
