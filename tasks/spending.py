"""What one run may spend: the budgets of its tenant, held against what its plan would cost."""

from collections.abc import Iterable
from dataclasses import dataclass

from blocks.ledger import Ledger
from blocks.purse import Purse
from blocks.results import SharedResults
from blocks.toolbox import Toolbox
from imaging.budget import Limits, affordable
from imaging.spec import ImageSpec


@dataclass(slots=True)
class Spending:
    """One run's budget, in USD."""

    box: Toolbox
    results: SharedResults
    user_id: str
    slug: str
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
        """Note what was spent. Predictions for `specs` that no run has got its picture of yet stay reserved."""
        self._purse.settle(spent_usd, sum(spec.price_usd for spec in specs if self._is_unbilled(spec)))

    def _beyond(self, specs: list[ImageSpec], limits: Limits, month: float | None, *, anew: bool) -> dict[str, str]:
        """Admit what there is room for; return the others, with the reason. `month`: what the month's budget leaves."""
        paid = [] if anew else [spec for spec in specs if self._was_paid(spec)]
        self._admitted += sum(spec.price_usd for spec in paid if self._is_unbilled(spec))
        others = [spec for spec in specs if spec not in paid]
        left = min(usd for usd in (limits.run_usd, month) if usd is not None) - self._admitted
        within = affordable(others, left)
        self._admitted += sum(spec.price_usd for spec in others if spec.name in within)
        why = self._reason(limits, month)
        return {spec.name: why for spec in others if spec.name not in within}

    def _reason(self, limits: Limits, month: float | None) -> str:
        if month is None or (limits.run_usd is not None and limits.run_usd < month):
            return f"over the budget of one run, {limits.run_usd:g} USD (images_budgets, run_usd)"
        return (
            f"over {self.user_id}'s budget of {limits.month_usd:g} USD for {self._purse.month}"
            f" (images_budgets, month_usd): {month:.3f} USD are left"
        )

    def _was_paid(self, spec: ImageSpec) -> bool:
        """Tell whether this picture costs nothing more: made before, or ordered, or waiting in the spool."""
        ordered = Ledger(self.results).last(spec)
        return (
            bool(ordered and ordered.prediction_id)
            or self.results.holds(spec.cache_key)
            or self.box.spool.read(spec.digest) is not None
        )

    def _is_unbilled(self, spec: ImageSpec) -> bool:
        ordered = Ledger(self.results).last(spec)
        return bool(ordered and ordered.prediction_id and not ordered.billed)

    @property
    def _purse(self) -> Purse:
        return Purse.of(self.results, self.box.locks, self.user_id, self.slug)
