"""Vendors that keep orders: an API on one port, the host of its pictures on another."""

from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.standins.faults import Fault
from tests.standins.messages import Call
from tests.standins.server import Standin

from .cdn import Cdn
from .predictions import Ledger, Prediction


class OrderingStandin(Standin):
    """A vendor with `paid` counting the orders that it accepted, which would have cost money."""

    def __init__(self, delay: float) -> None:
        """`delay` is the seconds that an order takes; it may be changed for those still to come."""
        super().__init__()
        self.delay = delay
        self.canceled: list[Prediction] = []
        self._ledger = Ledger()
        self.cdn = Cdn(self._ledger)

    def __enter__(self) -> Self:
        self.cdn.__enter__()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            self.cdn.__exit__(kind, error, trace)

    @property
    def paid(self) -> list[Prediction]:
        """Every order that was accepted, oldest first, whether or not its answer arrived."""
        return self._ledger.all()

    def counts(self) -> dict[str, int]:
        """Orders by model."""
        return dict(Counter(one.model for one in self.paid))

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass for every order at once: no test has to sleep, or to be in time."""
        for prediction in self.paid:
            prediction.advance(seconds)

    def fault(
        self,
        where: str,
        kind: str | int,
        times: int | None = 1,
        match: Callable[[Call], object] | None = None,
        **options: Any,
    ) -> Fault:
        """As `Standin.fault`; `where="download"` aims at the host of the pictures."""
        if where in self.cdn.places:
            return self.cdn.fault(where, kind, times, match, **options)
        return super().fault(where, kind, times, match, **options)
