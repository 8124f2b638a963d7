"""Converting signals to an exception, so that everything ends through its context managers."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from flows.lifecycle.stop_signals import Stopped

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Raise Stopped in the main thread at the first SIGINT, SIGTERM or SIGHUP; ignore later ones.

    A signal that was ignored before, as by `nohup`, stays ignored.
    """

    def stop(number: int, _frame: FrameType | None) -> None:
        for other in _SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        with suppress(OSError, ValueError):  # not through the buffer, which may be in use
            os.write(sys.stdout.fileno(), b"\narticle-images up: stopping\n")
        raise Stopped(number)

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
