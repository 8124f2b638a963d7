"""The crash run: `make crash`, or `python -m tests.reliability.crash [--times N] [--seed N] [--jobs N]`.

`kill -9` at random moments across a run, then the run again. Odd ones use the embedded storage, so that a killed
run has servers to leave behind. Exit code 1 where anything was paid twice, was lost, hangs, or was left running.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.reliability.harness import ledger
from tests.reliability.harness.pool import in_order
from tests.reliability.harness.process import Finished, has_repair
from tests.reliability.harness.world import World, open_world, prefect_server
from tests.reliability.rows.table import console

DELAY = 1.0
"""Seconds that a vendor takes over a picture."""
After = Literal["start", "first call", "create"]
_EARLY = 0.1
"""The part of the kills that falls before the run has called anyone; the others follow its first call."""
_AIMED = 4
"""Kills beside the random ones, while the first create is under way: paid for, and its id not yet written down."""
_UNDER_WAY = 0.08
"""Seconds that this lasts, more or less."""
_PATIENCE = 150.0


@dataclass(frozen=True)
class Moment:
    """When to kill: so many seconds after the start, the run's first call to a vendor, or its first create."""

    number: int
    seconds: float
    after: After

    @property
    def embedded(self) -> bool:
        """Whether the run brings its own storage."""
        return self.number % 2 == 1


@dataclass(frozen=True)
class Crash:
    """What came of one kill. `created` counts predictions and calls before it, `tally` those of both runs."""

    moment: Moment
    created: tuple[int, int]
    resumed: Finished
    tally: ledger.Tally
    predictions: int
    outlived: bool
    leftovers: int

    @property
    def complaints(self) -> list[str]:
        """Why this kill is red; empty where it is not."""
        found = [f"{self.tally.twice} paid twice"] if self.tally.twice else []
        found += [f"{self.tally.lost} lost"] if self.tally.lost else []
        found += [f"{self.leftovers} processes left over"] if self.leftovers else []
        found += self.tally.lies
        if self.resumed.state != "complete":
            found.append(f"the second run {self.resumed.state}: {self.resumed.message}")
        return found


def moments(times: int, seed: int, start: float, working: float) -> list[Moment]:
    """Moments spread over a run that takes `start` seconds to its first call and `working` from there on."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    early = round(times * _EARLY)
    late = times - early
    return [
        *(Moment(n, start * (n + chance.random()) / early, "start") for n in range(early)),
        *(Moment(early + n, working * (n + chance.random()) / late, "first call") for n in range(late)),
        *(Moment(times + n, _UNDER_WAY * (n + chance.random()) / _AIMED, "create") for n in range(_AIMED)),
    ]


def crash(moment: Moment, prefect_api: str, root: Path) -> Crash:
    """Kill a run at `moment`, run again, count."""
    folder = Path(tempfile.mkdtemp(prefix="crash-", dir=root))
    with open_world(folder, prefect_api, delay=DELAY, embedded=moment.embedded) as world:
        outlived = killed_at(world, moment)
        leftovers = _left_over(world)
        time.sleep(2 * DELAY)  # what was on its way at the kill has arrived by then, and is of the first run
        created = len(world.replicate.paid), len(world.chutes.deliveries)
        kept = world.hashes()
        resumed = world.call(*world.run_arguments(), seconds=_PATIENCE)
        if has_repair():
            world.call("repair", seconds=_PATIENCE)
        # A call in flight at the kill died with the process, and what it brought with it unless that was stored.
        before = world.chutes.deliveries[: created[1]]
        world.chutes.deliveries[: created[1]] = ledger.as_after_a_kill(before, kept)
        tally = ledger.take(world, [resumed], "")
        return Crash(
            moment, created, resumed, tally, len(world.replicate.paid), outlived, leftovers + _left_over(world)
        )


def killed_at(world: World, moment: Moment) -> bool:
    """Start a run and kill it; tell whether it had ended before."""
    created = threading.Event()
    world.replicate.on_create = created.set
    reached = {"start": lambda: True, "first call": lambda: world.replicate.requests, "create": created.is_set}
    began = time.monotonic()
    process = world.start(*world.run_arguments())
    while not reached[moment.after]() and process.poll() is None and time.monotonic() - began < _PATIENCE:
        time.sleep(0.002)
    time.sleep(moment.seconds)
    outlived = process.poll() is not None
    process.kill()
    process.wait()
    return outlived


def measured(prefect_api: str, root: Path) -> tuple[float, float]:
    """The seconds that a whole run takes to its first call to a vendor, and from there to its end."""
    with open_world(Path(tempfile.mkdtemp(prefix="whole-", dir=root)), prefect_api, delay=DELAY) as world:
        began = time.monotonic()
        process = world.start(*world.run_arguments())
        while not world.replicate.requests and process.poll() is None:
            time.sleep(0.01)
        first = time.monotonic()
        done = world.finish(process, _PATIENCE, began)
        if done.state != "complete":
            raise RuntimeError(f"the run that is to be killed does not work: {done.message}")
        return first - began, time.monotonic() - first


def _left_over(world: World) -> int:
    """Children get two seconds to notice that their parent has died."""
    end = time.monotonic() + 2
    while (found := world.leftovers()) and time.monotonic() < end:
        time.sleep(0.1)
    return len(found)


def show(crashes: Sequence[Crash], out: Console) -> bool:
    """Print the table and its sum; tell whether every kill kept the promise."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = ("", "killed at", "storage", "before it", "then", "exit", "predictions", "twice", "lost",
                "chutes again", "durable", "left over", "s")  # fmt: skip
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for one in crashes:
        red, tally = bool(one.complaints), one.tally
        when = f"{one.moment.after} + {one.moment.seconds:.2f} s"
        table.add_row(
            Text("✗" if red else "✓", style="bold red" if red else "green"),
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
            out.print(Text(f"  kill {one.moment.number}: {line}", style="red"))
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
    parser.add_argument(
        "--times", type=int, default=30, help="random kills (default 30), beside those aimed at a create"
    )
    parser.add_argument("--seed", type=int, default=3, help="another seed, other moments (default 3)")
    parser.add_argument("--jobs", type=int, default=2, help="kills at a time (default 2)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="article-images-crash-", ignore_cleanup_errors=True) as root:
        with prefect_server(Path(root) / "prefect") as api:
            start, working = measured(api, Path(root))
            planned = moments(options.times, options.seed, start, working)
            crashes = in_order(planned, lambda moment: crash(moment, api, Path(root)), _told, options.jobs)
        return 0 if show(crashes, console()) else 1


def _told(one: Crash) -> str:
    return f"kill {one.moment.number}: {'; '.join(one.complaints) or 'ok'} ({one.resumed.seconds:.0f} s to resume)"


if __name__ == "__main__":
    sys.exit(main())
