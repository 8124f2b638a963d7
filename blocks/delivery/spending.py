"""The budget of one run: the limits of its tenant, compared with the cost of its plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from blocks.records.ledger import Attempt, Ledger
from blocks.records.monthly_spend import Made, MonthlySpend
from blocks.records.records import Records
from blocks.services import Services
from imaging.errors import NotDelivered
from imaging.planning.budget import Limits, affordable
from imaging.spec import ImageSpec


@dataclass(frozen=True, slots=True)
class Admission:
    """Which pictures the budgets have no room for, by name, and why; and which they have no room to order twice."""

    beyond: Mapping[str, str] = field(default_factory=dict)
    order_once: frozenset[str] = frozenset()


@dataclass(slots=True)
class Spending:
    """One run's budget, in USD: what it has reserved so far."""

    services: Services
    records: Records
    user_id: str
    slug: str
    _reserved: float = 0.0
    _reserved_for: dict[str, float] = field(default_factory=dict)  # by digest
    _made: dict[str, Made] = field(default_factory=dict)  # by vendor:model

    @property
    def refuses(self) -> bool:
        """Whether a picture beyond the budget is refused, and not made by a fallback."""
        return self.services.budgets.beyond == "refuse"

    def admit(self, specs: Sequence[ImageSpec], *, refresh: bool) -> Admission:
        """Reserve money for those of the specs that the budgets have room for.

        `refresh`: pictures that were paid for before are paid for again.
        """
        limits = self.services.budgets.of(self.user_id)
        if limits == Limits() or not specs:
            return Admission()
        if limits.month_usd is None:
            return self._admit(specs, limits, None, refresh=refresh)
        month = self._month
        with month.locked():
            admitted = self._admit(specs, limits, month.left(limits.month_usd), refresh=refresh)
            month.reserve(self._reserved)
        return admitted

    def admissible(self, specs: Sequence[ImageSpec], *, refresh: bool) -> Admission:
        """Return what `admit` would, for a plan: nothing is reserved for others to see."""
        limits = self.services.budgets.of(self.user_id)
        if limits == Limits() or not specs:
            return Admission()
        left = None if limits.month_usd is None else self._month.left(limits.month_usd)
        return self._admit(specs, limits, left, refresh=refresh)

    def is_had(self, spec: ImageSpec) -> bool:
        """Return whether a later run can have the picture of an order that is placed already."""
        attempts = self._attempts(spec)
        return any(self._is_had(one, attempt) for one, attempt in attempts if not (attempt and attempt.refusal))

    def is_to_be_ordered(self, spec: ImageSpec) -> bool:
        """Return whether this picture costs something more: it was neither made before, nor ordered, nor refused."""
        for one, attempt in self._attempts(spec):
            if attempt is None or attempt.refusal is None:
                return not self._is_had(one, attempt)
            if not isinstance(attempt.refusal, NotDelivered):
                return False
        return False

    def is_collectable(self, spec: ImageSpec) -> bool:
        """Return whether the picture that an order brought can be had again for nothing, if the bucket has lost it."""
        return any(self._is_collectable(one, attempt) for one, attempt in self._attempts(spec))

    def correct(self, spec: ImageSpec, cost_usd: float) -> None:
        """Put what a picture has cost in the place of what was reserved for it: two seeds, or nothing at all.

        What may still be billed stays reserved.
        """
        reserved = self._reserved_for.get(spec.digest)
        if reserved is None:
            return
        corrected = max(cost_usd, reserved) if self.is_had(spec) else cost_usd
        self._reserved_for[spec.digest] = corrected
        self._reserved += corrected - reserved

    def count(self, spec: ImageSpec, cost_usd: float, *, is_made: bool) -> None:
        """Count what an order has cost and whether its picture came, for the model that was asked."""
        if cost_usd:
            model = f"{spec.provider}:{spec.model}"
            self._made[model] = self._made.get(model, Made()) + Made(usd=cost_usd, pictures=int(is_made))

    def settle(self, specs: Iterable[ImageSpec], spent_usd: float) -> None:
        """Note what was spent. Orders for `specs` whose cost no run has reported yet stay reserved."""
        self._month.settle(spent_usd, sum(map(self._owed_usd, specs)), self._made)

    def _admit(self, specs: Sequence[ImageSpec], limits: Limits, month: float | None, *, refresh: bool) -> Admission:
        """Admit the specs that there is room for. `month`: what is left of the month's budget."""
        paid = [] if refresh else [spec for spec in specs if not self.is_to_be_ordered(spec)]
        owed = {spec.digest: self._owed_usd(spec) for spec in specs}
        self._reserved_for |= owed
        self._reserved += sum(owed.values())
        others = [spec for spec in specs if spec not in paid]
        left = min(usd for usd in (limits.run_usd, month) if usd is not None) - self._reserved
        within = affordable(others, left)
        prices = {spec.digest: spec.price_usd for spec in others if spec.name in within}
        self._reserved_for |= {digest: owed[digest] + price for digest, price in prices.items()}
        ordered = sum(prices.values())
        self._reserved += ordered
        admitted = [spec for spec in specs if spec in paid or spec.name in within]
        why = self._reason(limits, month)
        return Admission(
            {spec.name: why for spec in others if spec.name not in within},
            frozenset(spec.name for spec in admitted) - affordable(admitted, left - ordered),
        )

    def _reason(self, limits: Limits, month: float | None) -> str:
        if month is None or (limits.run_usd is not None and limits.run_usd < month):
            return f"over the budget of one run, {limits.run_usd:g} USD (images_budgets, run_usd)"
        return (
            f"over {self.user_id}'s budget of {limits.month_usd:g} USD for {self._month.month}"
            f" (images_budgets, month_usd): {month:.3f} USD are left"
        )

    def _is_had(self, spec: ImageSpec, attempt: Attempt | None) -> bool:
        """Return whether the picture was made before, or can be collected."""
        return self.records.holds(spec.cache_key) or self._is_collectable(spec, attempt)

    def _is_collectable(self, spec: ImageSpec, attempt: Attempt | None) -> bool:
        """Return whether the picture was ordered and its vendor still keeps it, or it waits on this machine."""
        spool = self.services.spool
        return (
            bool(attempt and attempt.prediction_id and not attempt.ended and Ledger(self.records).is_kept(attempt))
            or spool.read(spec.digest) is not None
            or spool.arrived(spec.digest) is not None
        )

    def _owed_usd(self, spec: ImageSpec) -> float:
        return sum(attempt.owed_usd(one.price_usd) for one, attempt in self._attempts(spec) if attempt)

    def _attempts(self, spec: ImageSpec) -> Iterator[tuple[ImageSpec, Attempt | None]]:
        """Yield the last order for a picture; where that was refused, the last one with another seed too."""
        ledger = Ledger(self.records)
        yield spec, (attempt := ledger.last(spec))
        if attempt and attempt.refusal:
            yield spec.reseeded, ledger.last(spec.reseeded)

    @property
    def _month(self) -> MonthlySpend:
        return MonthlySpend.of(self.records, self.services.locks, self.user_id, self.slug)
