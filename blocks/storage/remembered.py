"""Values that many articles need, loaded once a process for some seconds."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

Value = TypeVar("Value")
_SECONDS = 30.0


class Remembered:
    """Remembers what was loaded for 30 seconds. Thread-safe; who asks while it is being loaded waits for that."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: dict[Hashable, tuple[Future[Any], float]] = {}

    def get(self, key: Hashable, load: Callable[[], Value]) -> Value:
        """Return what `load` has returned for `key`, or raise what it has raised, which is not remembered."""
        with self._lock:
            now = time.monotonic()
            self._known = {one: known for one, known in self._known.items() if known[1] > now}
            mine = key not in self._known
            future: Future[Any] = Future() if mine else self._known[key][0]
            if mine:
                self._known[key] = future, float("inf")
        if mine:
            self._load(key, load, future)
        value: Value = future.result()
        return value

    def _load(self, key: Hashable, load: Callable[[], Any], future: Future[Any]) -> None:
        try:
            future.set_result(load())
        except BaseException as error:  # noqa: BLE001 - raised again by `result`, to all who wait
            future.set_exception(error)
        with self._lock:
            until = 0.0 if future.exception() else time.monotonic() + self._seconds
            self._known[key] = future, until

    def clear(self) -> None:
        """Forget everything: it may have been changed here."""
        with self._lock:
            self._known.clear()
