"""The bill of a picture: every order is reported once, with the picture or with the error that came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from blocks.records.ledger import Attempt, Ledger
from imaging.errors import ImagesError, ProviderBusy
from imaging.spec import ImageSpec


@dataclass
class Bill:
    """The orders that one task has to report: they have come to an end, and no run has reported them."""

    ledger: Ledger
    _ended: list[tuple[ImageSpec, Attempt, float]] = field(default_factory=list)
    _charged_usd: float = 0.0

    def add(self, spec: ImageSpec, attempt: Attempt, *, charged: bool = True) -> None:
        """Add an attempt that has come to an end. `charged`: the vendor takes money for how it ended."""
        owed = attempt.owed_usd(spec.price_usd) if charged else attempt.carried_usd
        self._ended.append((spec, attempt, owed))

    def charge(self, usd: float) -> None:
        """Add what was paid for an order that the ledger does not know."""
        self._charged_usd += usd

    @property
    def usd(self) -> float:
        """The sum to be reported, in USD."""
        return round(self._charged_usd + sum(owed for _, _, owed in self._ended), 6)

    def close(self) -> None:
        """Note in the ledger that it is reported."""
        for spec, attempt, _ in self._ended:
            self.ledger.bill(spec, attempt)
        self._ended.clear()
        self._charged_usd = 0.0


@contextmanager
def billed(ledger: Ledger) -> Iterator[Bill]:
    """Order a picture within the context. An error that ends it carries the cost of its orders, which are reported so.

    A busy vendor is asked again by the task's retry: that one reports them.
    """
    bill = Bill(ledger)
    try:
        yield bill
    except ProviderBusy:
        raise
    except ImagesError as error:
        error.costing(bill.usd)
        bill.close()
        raise
