"""What one run may spend: the budgets of its tenant, held against what its plan would cost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blocks.records.ledger import Attempt, Ledger
from blocks.records.monthly_spend import Purse
from blocks.records.records import Records
from blocks.toolbox import Toolbox
from imaging.errors import NotDelivered
from imaging.planning.budget import Limits, affordable
from imaging.spec import ImageSpec


@dataclass(slots=True)
class Spending:
    """One run's budget, in USD. `single`: names of admitted pictures that there is no room to order twice."""

    box: Toolbox
    records: Records
    user_id: str
    slug: str
    single: frozenset[str] = frozenset()
    _admitted: float = 0.0

    @property
    def refuses(self) -> bool:
        """Whether what is beyond the budget is refused, and not made by a fallback."""
        return self.box.budgets.beyond == "refuse"

    def admit(self, specs: list[ImageSpec], *, anew: bool) -> dict[str, str]:
        """Set money aside for those of the specs that the budgets have room for; return the others by name, and why.

        `anew`: what was paid for before is paid for again.
        """
        limits = self.box.budgets.of(self.user_id)
        if limits == Limits() or not specs:
            return {}
        if limits.month_usd is None:
            return self._beyond(specs, limits, None, anew=anew)
        purse = self._purse
        with purse.alone():
            beyond = self._beyond(specs, limits, purse.left(limits.month_usd), anew=anew)
            purse.reserve(self._admitted)
        return beyond

    def settle(self, specs: Iterable[ImageSpec], spent_usd: float) -> None:
        """Note what was spent. Orders for `specs` whose cost no run has reported yet stay reserved."""
        self._purse.settle(spent_usd, sum(map(self._owed_usd, specs)))

    def _beyond(self, specs: list[ImageSpec], limits: Limits, month: float | None, *, anew: bool) -> dict[str, str]:
        """Admit what there is room for; return the others, with the reason. `month`: what the month's budget leaves."""
        paid = [] if anew else [spec for spec in specs if not self._is_to_be_ordered(spec)]
        self._admitted += sum(map(self._owed_usd, specs))
        others = [spec for spec in specs if spec not in paid]
        left = min(usd for usd in (limits.run_usd, month) if usd is not None) - self._admitted
        within = affordable(others, left)
        ordered = sum(spec.price_usd for spec in others if spec.name in within)
        self._admitted += ordered
        admitted = [spec for spec in specs if spec in paid or spec.name in within]
        self.single = frozenset(spec.name for spec in admitted) - affordable(admitted, left - ordered)
        why = self._reason(limits, month)
        return {spec.name: why for spec in others if spec.name not in within}

    def _reason(self, limits: Limits, month: float | None) -> str:
        if month is None or (limits.run_usd is not None and limits.run_usd < month):
            return f"over the budget of one run, {limits.run_usd:g} USD (images_budgets, run_usd)"
        return (
            f"over {self.user_id}'s budget of {limits.month_usd:g} USD for {self._purse.month}"
            f" (images_budgets, month_usd): {month:.3f} USD are left"
        )

    def _is_to_be_ordered(self, spec: ImageSpec) -> bool:
        """Tell whether this picture costs something more: it was neither made before, nor ordered, nor refused."""
        for one, attempt in self._attempts(spec):
            if attempt is None or attempt.refusal is None:
                return not self._is_had(one, attempt)
            if not isinstance(attempt.refusal, NotDelivered):
                return False
        return False

    def _is_had(self, spec: ImageSpec, attempt: Attempt | None) -> bool:
        """Tell whether the picture was made before, or ordered and can be collected, or waits on this machine."""
        spool = self.box.spool
        return (
            bool(attempt and attempt.prediction_id and not attempt.ended and Ledger(self.records).is_kept(attempt))
            or self.records.holds(spec.cache_key)
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
    def _purse(self) -> Purse:
        return Purse.of(self.records, self.box.locks, self.user_id, self.slug)
