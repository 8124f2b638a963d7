"""When to look at an order: seldom until its model usually ends, and then often.

An order that takes 8 s is looked at six times instead of seventeen, and is seen no later. How long a model takes is
learned by each process; it begins with the table below.
"""

import time
from dataclasses import dataclass, field

from httpx import codes

from imaging.errors import ProviderBusy, ProviderError

# Seconds that these models took in November 2026. Others are looked at ever more seldom, in proportion to their time.
_USUAL_SECONDS = {"black-forest-labs/flux-1.1-pro-ultra": 8.0, "black-forest-labs/flux-dev": 3.0}
_UNSEEN = 10.0  # seconds in which a vendor's reads may not show yet what it has just accepted
_LATE = 16  # the part of its time by which an order may be seen late

_learned: dict[str, float] = {}


@dataclass(slots=True)
class Looks:
    """The looks at one order of a model, from now on. `least`: seconds between two; `longest`: until the last one.

    `is_new`: it was placed a moment ago.
    """

    model: str
    least: float
    longest: float
    is_new: bool = False
    began: float = field(default_factory=time.monotonic)

    def pause(self, asked: float = 0.0) -> float | None:
        """Return the seconds to the next look, at least those that were `asked` for; None where time is up before it.

        It is at twice the time that has passed, but no later than usual.
        """
        passed = time.monotonic() - self.began
        left, soonest = self.longest - passed, max(self.least, asked)
        usual = _learned.get(self.model) or _USUAL_SECONDS.get(self.model, 0.0)
        return min(left, max(soonest, min(passed, usual - passed), passed / _LATE)) if soonest <= left else None

    def asked_by(self, trouble: ProviderError) -> float:
        """Return the seconds to wait at least after a look that failed. Raises `trouble` where waiting is of no use."""
        if isinstance(trouble, ProviderBusy):  # the order goes on while the API hiccups
            return max(2 * self.least, trouble.retry_after or 0)
        passed = time.monotonic() - self.began
        if trouble.status == codes.NOT_FOUND and self.is_new and passed < _UNSEEN:
            return min(max(self.least, passed), _UNSEEN - passed)
        raise trouble

    def ended(self) -> None:
        """Note that the order has a picture now; one that had ended before the first pause teaches nothing."""
        passed = time.monotonic() - self.began
        if passed > self.least:
            usual = _learned.get(self.model) or _USUAL_SECONDS.get(self.model, passed)
            _learned[self.model] = (usual + passed) / 2
