"""A command in one world, and the first of them, `run`."""

import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from tests import forking
from tests.reliability.harness import ledger
from tests.reliability.harness.moments import After
from tests.reliability.harness.process import Finished, has_repair
from tests.reliability.harness.world import World


class Command(ABC):
    """A command in a world. `only`: kinds of picture, for those that make some of them alone."""

    name: ClassVar[str]
    orders: ClassVar[bool] = False
    """Whether it orders predictions, so that kills are aimed at a create too."""
    phases: ClassVar[Mapping[After, float]]
    """What it does first, and next: which part of the kills falls between each and the one behind it."""

    def __init__(self, world: World, only: str = "") -> None:
        self.world = world
        self.only = only

    def prepare(self) -> None:  # noqa: B027 - most have nothing to do
        """Put there what the command needs; nothing is broken yet."""

    @abstractmethod
    def start(self, python: str = sys.executable) -> "subprocess.Popen[str]":
        """Start it as a process."""

    def call(self, seconds: float = 150) -> Finished:
        """Let it run to its end, in a process that is forked."""
        python = forking.python()
        began = time.monotonic()
        return self.world.finish(self.start(python), seconds, began)

    def mend(self, seconds: float = 150) -> None:  # noqa: B027 - most have nothing to do
        """Call what stores that which waits on this machine."""

    @abstractmethod
    def tally(self, runs: Sequence[Finished]) -> ledger.Tally:
        """Count what it cost and what it brought."""

    def halves(self) -> list[str]:
        """Return what lies there half-written: right after a kill too nothing may."""
        return []


class Run(Command):
    """`run` of one article."""

    name = "run"
    orders = True
    phases: ClassVar[Mapping[After, float]] = {"start": 0.1, "first call": 0.9}

    def start(self, python: str = sys.executable) -> "subprocess.Popen[str]":
        return self.world.start(*self.world.run_arguments(self.only), python=python)

    def mend(self, seconds: float = 150) -> None:
        if has_repair():
            self.world.call("repair", seconds=seconds)

    def tally(self, runs: Sequence[Finished]) -> ledger.Tally:
        return ledger.take(self.world, runs, self.only)
