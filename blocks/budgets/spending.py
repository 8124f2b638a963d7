"""Budgets and quotas of one run: the limits of its tenant, compared with the cost of its plan."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

from blocks.background import Background
from blocks.budgets.bounds import Whose, bounds_of_budgets, bounds_of_bytes, bounds_of_quotas
from blocks.records.ledger import Attempt, Ledger
from blocks.records.monthly_spend import Made, Month, MonthlySpend
from blocks.records.records import Records
from blocks.services import Services
from blocks.usage.quota_events import announce_quotas
from blocks.usage.stored_bytes import StoredBytes, stored_bytes
from imaging.errors import NotDelivered, StorageError
from imaging.planning.budget import Bound, Limits, affordable
from imaging.planning.quotas import Measure, Quota, quota_standing
from imaging.record import Image
from imaging.spec import ImageSpec

_READ_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Admission:
    """Which pictures the budgets and quotas have no room for, by name, and why; which of them are refused, and not made
    by a fallback; and which pictures they have no room to order twice.
    """

    beyond: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    order_once: frozenset[str] = frozenset()


@dataclass(slots=True)
class Spending:
    """One run's part in its tenant's budgets and quotas: what it has reserved so far, in USD and in pictures."""

    services: Services
    records: Records
    user_id: str
    slug: str
    _reserved: float = 0.0
    _reserved_for: dict[str, float] = field(default_factory=dict)  # by digest
    _pictures: int = 0
    _made: dict[str, Made] = field(default_factory=dict)  # by vendor:model
    _full: set[Measure] = field(default_factory=set)  # quotas that had no room for a picture

    def admit(self, specs: Sequence[ImageSpec], *, refresh: bool) -> Admission:
        """Reserve what they cost for those of the specs that budgets and quotas have room for.

        `refresh`: pictures that were paid for before are paid for again.
        """
        if not specs or not self._is_limited:
            return Admission()
        if not self._is_limited_by_month:
            return self._admit(specs, self._bounds(None), refresh=refresh)
        month = self._month
        with month.locked():
            admitted = self._admit(specs, self._bounds(month.known()), refresh=refresh)
            month.reserve(self._reserved, self._pictures if self._quota.month_pictures is not None else 0)
        return admitted

    def admissible(self, specs: Sequence[ImageSpec], *, refresh: bool) -> Admission:
        """Return what `admit` would, for a plan: nothing is reserved for others to see."""
        if not specs or not self._is_limited:
            return Admission()
        known = self._month.known() if self._is_limited_by_month else None
        return self._admit(specs, self._bounds(known), refresh=refresh)

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
        self._month.settle(spent_usd, sum(self._owed(specs).values()), self._made)

    def hold_against_quotas(self, images: Iterable[Image]) -> None:
        """Note what the run has stored, and emit the events that are due. Without quotas nothing is asked."""
        quota = self._quota
        if quota == Quota():
            return
        month = self._month
        known = month.known()
        used: dict[Measure, float] = {"month_usd": known.spent, "month_pictures": known.pictures}
        if quota.bytes is not None:
            with suppress(StorageError, OSError), month.locked():  # the next report counts all of them
                used["bytes"] = self._stored.add(sum(map(stored_bytes, images)))
        announce_quotas(month, quota_standing(quota, used), self._full)

    def _admit(self, specs: Sequence[ImageSpec], bounds: Sequence[Bound], *, refresh: bool) -> Admission:
        """Admit the specs that there is room for."""
        owed = self._owed(specs)
        paid = [] if refresh else [spec for spec in specs if not self.is_to_be_ordered(spec)]
        self._reserved_for |= owed
        self._reserved += sum(owed.values())
        others = [spec for spec in specs if spec not in paid]
        left = min((bound.usd for bound in bounds), default=math.inf) - self._reserved
        pictures = min((bound.pictures for bound in bounds), default=math.inf) - self._pictures
        within = affordable(others, left, pictures)
        beyond = {spec.name: self._reason(spec, others, bounds) for spec in others if spec.name not in within}
        self._full |= {bound.quota for bound in beyond.values() if bound.quota}
        prices = {spec.digest: spec.price_usd for spec in others if spec.name in within}
        self._reserved_for |= {digest: owed[digest] + price for digest, price in prices.items()}
        ordered = sum(prices.values())
        self._reserved += ordered
        self._pictures += len(prices)
        admitted = [spec for spec in specs if spec in paid or spec.name in within]
        return Admission(
            {name: bound.why for name, bound in beyond.items()},
            frozenset(name for name, bound in beyond.items() if bound.refuses),
            frozenset(spec.name for spec in admitted) - affordable(admitted, left - ordered),
        )

    def _reason(self, spec: ImageSpec, others: Sequence[ImageSpec], bounds: Sequence[Bound]) -> Bound:
        """Return the bound that has no room for a picture: of several, the one that leaves least."""
        tightest = sorted(bounds, key=lambda bound: (bound.pictures, bound.usd))
        for bound in tightest:
            if spec.name not in affordable(others, bound.usd - self._reserved, bound.pictures - self._pictures):
                return bound
        return tightest[0]

    def _bounds(self, month: Month | None) -> list[Bound]:
        """Return what each budget and quota leaves; `month` is known where one of them is the month's."""
        budgets, quotas, whose = self.services.budgets, self.services.quotas, Whose(self.user_id, self.slug)
        bounds = [*bounds_of_budgets(budgets, whose, month), *bounds_of_quotas(quotas, whose, month)]
        if self._quota.bytes is not None:
            with suppress(StorageError, OSError):  # a bucket that is away says so elsewhere
                bounds += bounds_of_bytes(quotas, whose, self._stored.known())
        return bounds

    @property
    def _is_limited(self) -> bool:
        return self._quota != Quota() or self.services.budgets.of(self.user_id) != Limits()

    @property
    def _is_limited_by_month(self) -> bool:
        limits, quota = self.services.budgets.of(self.user_id), self._quota
        return {limits.month_usd, quota.month_usd, quota.month_pictures} != {None}

    @property
    def _quota(self) -> Quota:
        return self.services.quotas.of(self.user_id)

    @property
    def _stored(self) -> StoredBytes:
        return StoredBytes(self.services.store, self.records, self.user_id)

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

    def _owed(self, specs: Iterable[ImageSpec]) -> dict[str, float]:
        """Return what is owed for each picture, by digest. Their records are read side by side."""
        with closing(Background(_READ_AT_ONCE)) as background:
            owed = {spec.digest: background.start(self._owed_usd, spec) for spec in specs}
            return {digest: usd.result() for digest, usd in owed.items()}

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
