"""Prefect away, disks full, clocks wrong."""

import os
import subprocess
from datetime import timedelta
from pathlib import Path

from tests.reliability.harness.world import World
from tests.reliability.rows.replicate import all_of
from tests.reliability.rows.replicate import breaks as vendor
from tests.reliability.rows.row import Breaks, Row, Skipped
from tests.reliability.rows.storage import ALL, once_created
from tests.reliability.rows.storage import breaks as bucket

_FAKETIME = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")
_PREFECT = r"Prefect|API|connect"


def prefect_away(seconds: float) -> Breaks:
    """Let Prefect's API be gone for so long."""
    return lambda world: world.prefect_gate.shut(seconds)


def _prefect_cut(world: World) -> None:
    world.prefect_gate.cut()


def small_disk(world: World) -> None:
    """Put `IMAGES_DATA_DIR` on a full disk of its own: 256 KiB, all taken."""
    mounted(world, "size=256k")
    fill(world)


def disk_that_fills(world: World) -> None:
    """The same, but there is room until the first create is under way: the run's own locks and notes fit."""
    mounted(world, "size=256k")
    once_created(fill)(world)


def disk_that_fills_while_s3_is_busy(world: World) -> None:
    """Nothing can be stored and nothing spooled, when the first picture has just been paid for."""
    mounted(world, "size=256k")
    once_created(all_of(fill, bucket(503)))(world)


def fill(world: World) -> None:
    """Take every byte that `IMAGES_DATA_DIR` has left."""
    with (world.data / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:  # full
            return


def read_only(world: World) -> None:
    """Put `IMAGES_DATA_DIR` on a file system that takes nothing (root minds no permissions)."""
    mounted(world, "size=64k,ro")


def mounted(world: World, options: str) -> None:
    """Mount a file system in memory at `IMAGES_DATA_DIR` until all is mended. Raises Skipped."""
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(world.data)], capture_output=True, check=False
        )
    except OSError:
        raise Skipped("there is no mount here") from None
    if done.returncode:
        raise Skipped("only root may mount a small disk")
    world.undo.append(lambda: subprocess.run(["umount", "--lazy", str(world.data)], check=True))


def clock(start: str) -> Breaks:
    """Let the product's clock be off, with libfaketime. Raises Skipped without it."""

    def arm(world: World) -> None:
        places = [os.environ.get("LIBFAKETIME", ""), *_FAKETIME]
        library = next((path for path in places if path and Path(path).exists()), None)
        if library is None:
            raise Skipped("libfaketime is not installed (LIBFAKETIME may name it)")
        ours = {"LD_PRELOAD": library, "FAKETIME": start, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        world.environment |= ours
        world.undo.append(lambda: [world.environment.pop(name, None) for name in ours])

    return arm


def vendor_clock(hours: float) -> Breaks:
    """Let Replicate's clock be off: what was created since is not found by comparing times alone."""

    def arm(world: World) -> None:
        world.replicate.skew = timedelta(hours=hours)

    return arm


_LOST_ANSWER = vendor("create", "reset_after", 1)

PREFECT = [
    Row("prefect gone for 30 s from the start", ALL, prefect_away(30), _PREFECT, seconds=240),
    Row("prefect gone for 30 s from the first create", ALL, once_created(prefect_away(30)), _PREFECT, seconds=240),
    Row("prefect gone for 30 s while it waits", "hero", once_created(prefect_away(30)), _PREFECT, delay=2, seconds=240),
    Row("prefect connections cut at the first create", ALL, once_created(_prefect_cut), _PREFECT),
]

_BUSY = "SlowDown|disk|space|read-only"
DISK = [
    Row("disk full", ALL, small_disk, "disk|space|full"),
    Row("disk full, s3 503 from the start", "hero,social", all_of(small_disk, bucket(503)), _BUSY),
    Row("disk full, s3 503 from the first create", "hero", all_of(small_disk, once_created(bucket(503))), _BUSY),
    Row("disk fills at the first create", ALL, disk_that_fills, "disk|space|full"),
    Row("disk fills and s3 503 from the first create", "hero,social", disk_that_fills_while_s3_is_busy, _BUSY),
    Row("disk read-only", ALL, read_only, "read-only|disk"),
    Row("disk read-only, s3 503 from the start", "hero", all_of(read_only, bucket(503)), _BUSY),
]

CLOCK = [
    Row("vendor's clock 2 h ahead, create reset after", "hero", all_of(vendor_clock(2), _LOST_ANSWER), "Replicate"),
    Row("vendor's clock 2 h behind, create reset after", "hero", all_of(vendor_clock(-2), _LOST_ANSWER), "Replicate"),
    Row("our clock jumps 2 h ahead", ALL, clock("+2h"), "."),
    Row("our clock jumps 2 h back", "hero", all_of(clock("-2h"), _LOST_ANSWER), "Replicate|request time"),
]

REST = [*PREFECT, *DISK, *CLOCK]
