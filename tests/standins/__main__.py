"""The vendors by hand: `python -m tests.standins [--delay SECONDS]`, until Ctrl-C."""

import argparse
import shlex
import signal
import sys
from collections.abc import Mapping
from types import FrameType

from . import ChutesStandin, FalStandin, ReplicateStandin


def main() -> None:
    """Print what to export, serve, and say at the end what was paid for."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins", description=__doc__)
    parser.add_argument("--delay", type=float, default=2.0, help="seconds that a prediction takes (default 2)")
    delay = parser.parse_args().delay
    signal.signal(signal.SIGTERM, _interrupt)
    with ReplicateStandin(delay=delay) as replicate, ChutesStandin(delay=delay) as chutes, FalStandin(delay) as fal:
        hosts = {"IMAGES_DOWNLOAD_HOSTS": f"{replicate.cdn.host},{fal.cdn.host}"}
        for name, value in (replicate.environment() | chutes.environment() | fal.environment() | hosts).items():
            _say(f"export {name}={shlex.quote(value)}")
        try:
            signal.pause()
        except KeyboardInterrupt:
            _say("")
    _report("replicate", replicate.counts())
    _report("chutes", chutes.counts())
    _report("fal", fal.counts())
    cdn = replicate.cdn
    _say(f"requests: api {len(replicate.requests)}, cdn {len(cdn.requests)}, chutes {len(chutes.requests)}")
    _say(f"canceled {len(replicate.canceled)}, downloads with the API token {len(cdn.leaks)}")


def _report(vendor: str, counts: Mapping[str, int]) -> None:
    for name, paid in sorted(counts.items()):
        _say(f"{vendor} {name}: {paid} paid")
    if not counts:
        _say(f"{vendor}: nothing paid")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()  # a script reads the addresses through a pipe


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
