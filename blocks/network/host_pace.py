"""A pace for each host that many pictures are fetched from, and an end of asking one that does not answer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from blocks.network.backoff import Pause
from imaging.errors import ProviderBusy

_AT_ONCE = 4  # requests to one host
_GIVEN_UP_AFTER = 5  # failures in a row: a host that hangs costs a timeout each


@dataclass(slots=True)
class _Host:
    places: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_AT_ONCE))
    next_at: float = 0.0  # on the monotonic clock
    failures: int = 0


class HostPace:
    """Lets through so many requests a second to each host, and none to one that has failed too often. Thread-safe.

    `longest`: seconds that a host's Retry-After is waited for. `pause` returns False when the run is stopped.
    """

    def __init__(self, per_second: float, longest: float, pause: Pause) -> None:
        self._gap, self._longest, self._pause = 1 / per_second, longest, pause
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Ask the host within the context, when its turn has come. Raises ProviderBusy where it is not to be asked."""
        with self._lock:
            host = self._hosts.setdefault(name, _Host())
        with host.places:
            self._wait(name, host)
            failures, host.failures = host.failures, 0
            try:
                yield
            except ProviderBusy as busy:
                self._failed(host, busy, failures)
                raise

    def _wait(self, name: str, host: _Host) -> None:
        with self._lock:
            now = time.monotonic()
            at = max(now, host.next_at)
            if host.failures >= _GIVEN_UP_AFTER:
                raise ProviderBusy(
                    f"{name} has not answered {host.failures} times in a row: not asked again in this run"
                )
            if at - now > self._longest:
                raise ProviderBusy(f"{name} asks to be left alone for {at - now:.0f} s more")
            host.next_at = at + self._gap
        if not self._pause(max(0.0, at - now)):
            raise ProviderBusy("the run is stopped")

    def _failed(self, host: _Host, busy: ProviderBusy, before: int) -> None:
        with self._lock:
            if busy.retry_after is not None:
                host.next_at = max(host.next_at, time.monotonic() + busy.retry_after)
            elif busy.status is None:  # no answer at all
                host.failures = max(host.failures, before) + 1
