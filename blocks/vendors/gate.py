"""The gate before every paid call: no run calls a vendor that throttles us or an account without credit.

Two notes, shared by all machines as the Prefect variable `images_pause_{vendor}_{account}`. It is an account that is
throttled or empty, and tenants may have their own:

- throttled: the vendor said when it wants to be asked again. Everybody waits that long, with jitter; then one call
  at a time of each process tries, until one has been let through.
- no credit: runs that were under way make no further paid call. A run that begins later waits a moment and then
  asks once, since the account may have been topped up meanwhile.

A model that is only starting is no trouble of the account: the one call waits for it, and is noted nowhere.
"""

import math
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import httpx
from prefect.logging import get_logger
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from blocks.configuration.variables import delete_variable, read_variable, write_variable
from blocks.network.backoff import Pause as Pausing
from blocks.network.backoff import limit, retry_transient, slept
from blocks.vendors.rate_limit import keep_pace
from imaging.errors import ModelStarting, OutOfCredit, ProviderBusy, ProviderError, Throttled
from imaging.sanitizing.quoting import quoted

Answer = TypeVar("Answer")

_REFUSALS = 8  # in a row, and this run gives up
_LOOK_AGAIN_SECONDS = 2.0  # a note is known for so long, then read again: it may have been taken down meanwhile
_CREDIT_SECONDS = 10.0  # between two runs that ask whether there is credit again
_DEFAULT_SECONDS = 2.0  # a 429 that names no time; doubled with each refusal
_LONGEST_SECONDS = 120.0  # that a run waits for a vendor; it is run again later instead


class Pause(BaseModel):
    """Why a vendor is left alone, since when, and for how many seconds from then."""

    model_config = ConfigDict(frozen=True)

    why: Literal["throttled", "no credit"]
    said: str = Field(max_length=400)
    at: AwareDatetime
    seconds: float = Field(ge=0)

    def left(self, known_for: float) -> float:
        """Return the seconds that are left of it; `known_for` so many it was seen here, by a clock that is ours."""
        passed = max(known_for, (datetime.now(UTC) - self.at).total_seconds())
        return max(0.0, self.seconds - passed)


@dataclass
class Gate:
    """The gate to one account at a vendor, for one run. Thread-safe.

    `cold_start`: the seconds that a model may take to start.
    """

    vendor: str
    account: str = ""
    cold_start: float = 0.0
    sleep: Pausing = field(default=slept, repr=False)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    # Calls that go out at the same moment share one request for the note, and one that tells whether there is a limit.
    _reading: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _asking: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _has_limit: bool | None = None  # None until the run has asked; where there is none it asks no more
    _refusals: int = 0
    _mine: Pause | None = None  # what this run noted last: it stands in for the shared note without an API
    _known: Pause | None = None  # the shared note, as it was read or written at `_known_at`
    _known_at: float = -math.inf

    def seed(self, note: Any, at: float) -> None:
        """Take the shared note from somebody who has read it at `at`, by the monotonic clock."""
        with suppress(ValidationError):
            self._known, self._known_at = Pause.model_validate(note) if note else None, at

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
        if self._pause() is None:
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
                    self._take_down(asked)
                    return answer

    def _call(self, call: Callable[[], Answer]) -> Answer:
        self._keep_pace()
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

    def _keep_pace(self) -> None:
        """Return when the vendor's rate limit, if there is one, has room for a call."""
        with self._asking:
            if self._has_limit is None:
                self._has_limit = keep_pace(self.vendor)
                return
        if self._has_limit:
            keep_pace(self.vendor)

    def _wait(self) -> None:
        """Return when the vendor may be asked."""
        seen: dict[datetime, float] = {}
        while pause := self._pause():
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
            if not self.sleep(min(left, _LOOK_AGAIN_SECONDS) * random.uniform(1.0, 1.25)):  # noqa: S311
                raise ProviderError(f"{pause.said}; the run is stopped")

    def _pause(self) -> Pause | None:
        with self._reading:
            if time.monotonic() - self._known_at >= _LOOK_AGAIN_SECONDS:
                self._known, self._known_at = self._read(), time.monotonic()
            return self._known

    def _know(self, pause: Pause | None) -> None:
        with self._reading:
            self._known, self._known_at = pause, time.monotonic()

    def _read(self) -> Pause | None:
        try:
            return Pause.model_validate(value) if (value := read_variable(self._name)) else None
        except (httpx.HTTPError, ValidationError):  # no API, or edited by hand
            return self._mine

    def _note(self, why: Literal["throttled", "no credit"], error: ProviderError, seconds: float) -> None:
        self._mine = Pause(why=why, said=quoted(str(error))[:400], at=datetime.now(UTC), seconds=seconds)
        self._know(self._mine)
        try:
            write_variable(self._name, self._mine.model_dump(mode="json"))
        except httpx.HTTPError as trouble:
            get_logger("article_images").warning("other runs cannot be informed: %s", type(trouble).__name__)

    def _take_down(self, asked: datetime) -> None:
        """A call that was made at `asked` came through: a run that waits because of an older note may ask."""
        try:
            if (pause := self._read()) and pause.at < asked:
                self._mine = None
                self._know(None)
                delete_variable(self._name)
        except httpx.HTTPError:
            pass  # it runs out by itself

    @property
    def _name(self) -> str:
        return pause_name(self.vendor, self.account)


def pause_name(vendor: str, account: str) -> str:
    """Return the name of the Prefect variable that holds the pause of an account at a vendor."""
    return f"images_pause_{vendor}_{account}".rstrip("_")
