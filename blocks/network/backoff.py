"""Retries of transient errors with back-off and jitter, within a time limit and until the run is stopped."""

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
"""Waits so many seconds; returns False at once if the run is stopped."""

_FIRST_SECONDS = 0.5  # doubled for each retry
_LONGEST_SECONDS = 15.0
_LONGEST_CALL = 60.0  # seconds that a call may take before it fails: two read timeouts of the S3 client


def slept(seconds: float) -> bool:
    """Wait outside a run, which cannot be stopped."""
    time.sleep(seconds)
    return True


def retry_transient(
    call: Callable[[], Answer],
    passing: tuple[type[ImagesError], ...],
    left: Callable[[], float],
    pause: Pause,
) -> Answer:
    """Make the call, and retry it while it raises one of `passing` and there are seconds `left`.

    The last pause ends with them, so that none are given away. A pause is at least the error's `retry_after`; one that
    is longer than what is left is not waited for. Raises the last call's error.
    """
    for number, seconds in enumerate(_pauses()):
        try:
            return call()
        except passing as trouble:
            asked, remaining = getattr(trouble, "retry_after", None) or 0.0, left()
            if asked > remaining or remaining <= 0:
                raise
            if number == 0:
                get_logger("article_images").warning("%s; retrying for up to %.0f s", trouble, remaining)
            if not pause(max(asked, min(seconds, remaining))):
                raise
    raise AssertionError("there is always another pause")


def limit(seconds: float) -> Callable[[], float]:
    """Return a function for the seconds left of `seconds`, counted from its first call."""
    began: list[float] = []

    def left() -> float:
        began.append(time.monotonic())
        return began[0] + seconds - began[-1]

    return left


def _pauses() -> Iterator[float]:
    """Yield the seconds between attempts, with jitter so that clients do not retry at the same moment."""
    seconds = _FIRST_SECONDS
    while True:
        yield seconds * random.uniform(0.75, 1.25)  # noqa: S311
        seconds = min(2 * seconds, _LONGEST_SECONDS)


@dataclass(frozen=True, slots=True)
class Patience:
    """The retry time of all calls to a bucket together: `seconds` from the start of an outage.

    So a long outage costs a run that time once, and not once for each call. `failing`: by operation, the times of the
    first and the last failure.
    """

    seconds: float = 0.0
    pause: Pause = slept
    failing: dict[str, tuple[float, float]] = field(default_factory=dict)

    def retry(self, operation: str, call: Callable[[], Answer]) -> Answer:
        """Make the call, and retry it until it succeeds or the time is over. Raises StorageBusy or the call's error."""
        own = limit(self.seconds)

        def attempt() -> Answer:
            try:
                answer = call()
            except StorageBusy:
                self._note(operation)
                raise
            self.failing.pop(operation, None)
            return answer

        return retry_transient(attempt, (StorageBusy,), lambda: min(own(), self._left(operation)), self.pause)

    def _note(self, operation: str) -> None:
        now = time.monotonic()
        began, last = self.failing.get(operation, (now, now))
        # After a long time without calls, this may be another outage.
        same = now - last <= self.seconds + _LONGEST_CALL
        self.failing[operation] = (began if same else now, now)

    def _left(self, operation: str) -> float:
        now = time.monotonic()
        return self.failing.get(operation, (now, now))[0] + self.seconds - now


def with_two_tries(bucket: S3Bucket) -> S3Bucket:
    """Return the bucket with a client that tries twice alone, since `Patience` retries, and can be stopped.

    (The second attempt is needed for botocore to correct a clock skew.)
    """
    parameters = bucket.credentials.aws_client_parameters
    config = {**(parameters.config or {}), "retries": {"mode": "standard", "total_max_attempts": 2}}
    quick = bucket.credentials.model_copy(
        update={"aws_client_parameters": parameters.model_copy(update={"config": config})}
    )
    return bucket.model_copy(update={"credentials": quick})
