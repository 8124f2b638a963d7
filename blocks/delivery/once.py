"""Work that several tasks need at the same time is done once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Once(Generic[_K, _V]):
    """The last few results, by key. One that is on its way is waited for. Errors are raised and not kept."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._results: OrderedDict[_K, Future[_V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _K, make: Callable[[], _V]) -> _V:
        """Return the result for `key`, by calling `make` if there is none."""
        with self._lock:
            if found := self._results.get(key):
                self._results.move_to_end(key)
            else:
                future = self._results[key] = Future()
                if len(self._results) > self._kept:
                    self._results.popitem(last=False)
        if found:
            return found.result()
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised below, and to all that wait
            with self._lock:
                self._results.pop(key, None)
            future.set_exception(error)
        return future.result()
