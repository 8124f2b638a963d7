"""Waiting out trouble that passes: the same again, with back-off and jitter, within a limit and not beyond a stop."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from prefect.logging import get_logger
from prefect_aws import S3Bucket

from imaging.errors import ImagesError, StorageBusy

Answer = TypeVar("Answer")
Pause = Callable[[float], bool]
"""Waits so many seconds; returns False, at once, when the run is stopped."""

_FIRST_SECONDS = 0.5  # doubled each time
_LONGEST_SECONDS = 15.0
_LONGEST_CALL = 60.0  # seconds that a call may take before it fails: two read timeouts of the S3 client


def slept(seconds: float) -> bool:
    """Wait where there is no run that could be stopped."""
    time.sleep(seconds)
    return True


def until_it_passes(
    call: Callable[[], Answer],
    passing: tuple[type[ImagesError], ...],
    left: Callable[[], float],
    pause: Pause,
) -> Answer:
    """Make the call, and again while it raises one of `passing` and `left` seconds have room for the next pause.

    A pause is not shorter than the error's own `retry_after`. Raises what the last call raised.
    """
    for number, seconds in enumerate(_pauses()):
        try:
            return call()
        except passing as trouble:
            wait, still = max(seconds, getattr(trouble, "retry_after", None) or 0.0), left()
            if number == 0 and wait <= still:
                get_logger("article_images").warning("%s; tried again for up to %.0f s", trouble, still)
            if wait > still or not pause(wait):
                raise
    raise AssertionError("there is always another pause")


def limit(seconds: float) -> Callable[[], float]:
    """Return a clock that runs down from `seconds`, beginning when it is first looked at."""
    began: list[float] = []

    def left() -> float:
        began.append(time.monotonic())
        return began[0] + seconds - began[-1]

    return left


def _pauses() -> Iterator[float]:
    """Yield the seconds between two tries, with jitter: those who wait must not all come back at the same moment."""
    seconds = _FIRST_SECONDS
    while True:
        yield seconds * random.uniform(0.75, 1.25)  # noqa: S311
        seconds = min(2 * seconds, _LONGEST_SECONDS)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the calls to a bucket wait out its trouble: `seconds` from its beginning, all of them together.

    So a bucket that stays away costs a run that time once, and not once for each call. `failing`: by operation, when
    it began to fail and when it last did.
    """

    seconds: float = 0.0
    pause: Pause = slept
    failing: dict[str, tuple[float, float]] = field(default_factory=dict)

    def outlast(self, operation: str, call: Callable[[], Answer]) -> Answer:
        """Make the call until it succeeds or its time is over. Raises StorageBusy, and what else the call raises."""
        own = limit(self.seconds)

        def attempt() -> Answer:
            try:
                answer = call()
            except StorageBusy:
                self._note(operation)
                raise
            self.failing.pop(operation, None)
            return answer

        return until_it_passes(attempt, (StorageBusy,), lambda: min(own(), self._left(operation)), self.pause)

    def _note(self, operation: str) -> None:
        now = time.monotonic()
        began, last = self.failing.get(operation, (now, now))
        # Nobody has asked for long: it may have been well meanwhile, and this is another trouble.
        same = now - last <= self.seconds + _LONGEST_CALL
        self.failing[operation] = (began if same else now, now)

    def _left(self, operation: str) -> float:
        now = time.monotonic()
        return self.failing.get(operation, (now, now))[0] + self.seconds - now


def with_two_tries(bucket: S3Bucket) -> S3Bucket:
    """Return the bucket with a client that tries twice: a run waits in its own way, which a stop can end.

    (One more is what corrects a clock that is wrong.)
    """
    parameters = bucket.credentials.aws_client_parameters
    config = {**(parameters.config or {}), "retries": {"mode": "standard", "total_max_attempts": 2}}
    quick = bucket.credentials.model_copy(
        update={"aws_client_parameters": parameters.model_copy(update={"config": config})}
    )
    return bucket.model_copy(update={"credentials": quick})
