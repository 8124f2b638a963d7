"""The gate before every paid call: no run calls a vendor that throttles us or an account without credit.

There are two kinds of notes (`pause`), shared by all machines:

- throttled: the vendor said when it wants to be asked again. Everybody waits that long, with jitter; then one call
  at a time of each process tries, until one has been let through.
- no credit: runs that were under way make no further paid call. A run that begins later waits a moment and then
  asks once, since the account may have been topped up meanwhile.

A model that is only starting is no trouble of the account: the one call waits for it, and is noted nowhere.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeVar

from blocks.network.backoff import Pause as Pausing
from blocks.network.backoff import limit, retry_transient, slept
from blocks.vendors.pause import LOOK_AGAIN_SECONDS, Pause, PauseNote
from blocks.vendors.rate_limit import RateLimit
from imaging.errors import ModelStarting, OutOfCredit, ProviderBusy, ProviderError, Throttled
from imaging.sanitizing.quoting import quoted

Answer = TypeVar("Answer")

_REFUSALS = 8  # in a row, and this run gives up
_CREDIT_SECONDS = 10.0  # between two runs that ask whether there is credit again
_DEFAULT_SECONDS = 2.0  # a 429 that names no time; doubled with each refusal
_LONGEST_SECONDS = 120.0  # that a run waits for a vendor; it is run again later instead


@dataclass
class Gate:
    """The gate to one account at a vendor, for one run. Thread-safe.

    `note` and `rate`: what this process knows of the account; its runs share it. `cold_start`: the seconds that a model
    may take to start.
    """

    note: PauseNote
    rate: RateLimit
    cold_start: float = 0.0
    sleep: Pausing = field(default=slept, repr=False)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _refusals: int = 0

    def pay(self, call: Callable[[], Answer]) -> Answer:
        """Make the paid call as soon as the vendor may be asked, and return its answer.

        A call that is throttled, or whose model is only starting, was not processed, so it is made again. Raises
        OutOfCredit without a call where the account is known to be empty, ProviderError where the vendor wants to be
        left alone for too long or the run is stopped, and whatever the call raises.
        """
        try:
            return retry_transient(lambda: self._let_in(call), (ModelStarting,), limit(self.cold_start), self.sleep)
        except ModelStarting as starting:
            waited = f"given up after {self.cold_start:g} s (IMAGES_COLD_START_SECONDS)"
            raise ProviderError(f"{starting}; {waited}") from None

    def _let_in(self, call: Callable[[], Answer]) -> Answer:
        if self.note.read() is None:
            try:
                return self._call(call)
            except Throttled:
                pass
        with self._turn:
            while True:
                self._wait()
                asked = datetime.now(UTC)
                try:
                    answer = self._call(call)
                except Throttled as throttled:
                    if self._refusals >= _REFUSALS:
                        raise ProviderError(f"{throttled}; given up after {self._refusals} refusals") from None
                else:
                    self.note.take_down(asked)
                    return answer

    def _call(self, call: Callable[[], Answer]) -> Answer:
        self.rate.keep_pace()
        try:
            answer = call()
        except OutOfCredit as empty:
            self._note("no credit", empty, _CREDIT_SECONDS)
            raise
        except Throttled as throttled:
            self._refusals += 1
            self._note("throttled", throttled, throttled.retry_after or _DEFAULT_SECONDS * 2**self._refusals)
            raise
        except ModelStarting:
            raise
        except ProviderBusy as busy:
            if busy.retry_after:
                self._note("throttled", busy, busy.retry_after)
            raise
        self._refusals = 0
        return answer

    def _wait(self) -> None:
        """Return when the vendor may be asked."""
        seen: dict[datetime, float] = {}
        while pause := self.note.read():
            left = pause.left(time.monotonic() - seen.setdefault(pause.at, time.monotonic()))
            if pause.why == "no credit" and pause.at >= self.begun:
                raise OutOfCredit(pause.said)
            if self._refusals >= _REFUSALS:
                raise ProviderError(f"{pause.said}; given up after {self._refusals} refusals")
            if left > _LONGEST_SECONDS:
                raise ProviderError(f"{pause.said}; it wants to be left alone for {left:.0f} s: run again then")
            if left <= 0:
                return
            # With jitter, so that the processes which wait do not all come back at the same moment.
            if not self.sleep(min(left, LOOK_AGAIN_SECONDS) * random.uniform(1.0, 1.25)):  # noqa: S311
                raise ProviderError(f"{pause.said}; the run is stopped")

    def _note(self, why: Literal["throttled", "no credit"], error: ProviderError, seconds: float) -> None:
        self.note.write(Pause(why=why, said=quoted(str(error))[:400], at=datetime.now(UTC), seconds=seconds))
