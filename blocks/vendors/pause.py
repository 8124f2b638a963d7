"""The note why an account at a vendor is left alone: the Prefect variable `images_pause_{vendor}_{account}`.

All machines share it. Tenants may have accounts of their own, so each account has its own.
"""

import math
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
from prefect.logging import get_logger
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from blocks.configuration.variables import delete_variable, read_variable, write_variable

LOOK_AGAIN_SECONDS = 2.0  # a note is known for so long, then read again: it may have been taken down meanwhile


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


def pause_name(vendor: str, account: str) -> str:
    """Return the name of the Prefect variable that holds the pause of an account at a vendor."""
    return f"images_pause_{vendor}_{account}".rstrip("_")


class PauseNote:
    """The note of one account as this process knows it: its runs share what one of them has read. Thread-safe."""

    def __init__(self, vendor: str, account: str = "") -> None:
        self.name = pause_name(vendor, account)
        self._lock = threading.Lock()  # calls that go out at the same moment share one request
        self._written: Pause | None = None  # here, last: it stands in for the shared note without an API
        self._known: Pause | None = None  # the shared note, as it was read or written at `_known_at`
        self._known_at = -math.inf

    def seed(self, value: Any, at: float) -> None:
        """Take the variable's value from somebody who has read it at `at`, by the monotonic clock."""
        with suppress(ValidationError):
            self._known, self._known_at = Pause.model_validate(value) if value else None, at

    def read(self) -> Pause | None:
        """Return the note; None where there is none."""
        with self._lock:
            if time.monotonic() - self._known_at >= LOOK_AGAIN_SECONDS:
                self._known, self._known_at = self._read_anew(), time.monotonic()
            return self._known

    def write(self, pause: Pause) -> None:
        """Put up this note for all."""
        self._written = pause
        self._know(pause)
        try:
            write_variable(self.name, pause.model_dump(mode="json"))
        except httpx.HTTPError as trouble:
            get_logger("article_images").warning("other runs cannot be informed: %s", type(trouble).__name__)

    def take_down(self, asked: datetime) -> None:
        """A call that was made at `asked` came through: a run that waits because of an older note may ask."""
        try:
            if (pause := self._read_anew()) and pause.at < asked:
                self._written = None
                self._know(None)
                delete_variable(self.name)
        except httpx.HTTPError:
            pass  # it runs out by itself

    def _know(self, pause: Pause | None) -> None:
        with self._lock:
            self._known, self._known_at = pause, time.monotonic()

    def _read_anew(self) -> Pause | None:
        try:
            return Pause.model_validate(value) if (value := read_variable(self.name)) else None
        except (httpx.HTTPError, ValidationError):  # no API, or edited by hand
            return self._written
