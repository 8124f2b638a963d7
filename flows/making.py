"""Making a plan's pictures: within the budget, anew where one has vanished, and from the fallback where none comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flows.rounds import Outcome, Rounds
from imaging.article import Article
from imaging.claim import Claim
from imaging.plan import Planner
from imaging.record import Image, failed, fallen_back, reused
from imaging.spec import ImageSpec
from tasks.policy import Terms
from tasks.spending import Spending
from tasks.stock import Stock


@dataclass
class Making:
    """One run's way from specs to images.

    `refresh`: what is there already is made anew. `newest_prediction`: see `Terms`.
    """

    article: Article
    stock: Stock
    planner: Planner
    rounds: Rounds
    spending: Spending
    refresh: bool
    newest_prediction: str | None
    beyond: dict[str, str] = field(default_factory=dict)  # by name: why the budget has no room for it

    def make(self, specs: list[ImageSpec]) -> dict[str, Image]:
        """Return the images by name, one for each spec."""
        # Where only the painter is left, it does not replace a picture that a vendor was paid for.
        images = self._paid_before(spec.name for spec in specs if spec.provider == "painter")
        rest = [spec for spec in specs if spec.name not in images]
        made = self._within_budget(rest, anew=self.refresh, overwrite=self.refresh)
        images |= made.images
        declined = dict(made.declined)
        if made.vanished:
            again = self._within_budget(made.vanished, anew=False, overwrite=True)
            images |= again.images
            declined |= again.declined
        return images | self._instead([spec for spec in rest if spec.name not in images], declined)

    def _within_budget(self, specs: list[ImageSpec], *, anew: bool, overwrite: bool) -> Outcome:
        due = [spec for spec in specs if spec.price_usd and (overwrite or not self.stock.earlier(spec.digest))]
        beyond = self.spending.admit(due, anew=overwrite)
        self.beyond |= beyond
        return self._round([spec for spec in specs if spec.name not in beyond], anew=anew, overwrite=overwrite)

    def _round(self, specs: list[ImageSpec], *, anew: bool, overwrite: bool) -> Outcome:
        terms = Terms(
            owner=Claim.of(self.article),
            anew=anew,
            storage_trouble=self.stock.trouble,
            newest_prediction=self.newest_prediction,
        )
        return self.rounds.make(specs, terms, overwrite=overwrite)

    def _instead(self, specs: list[ImageSpec], declined: Mapping[str, str]) -> dict[str, Image]:
        """Return what stands in for pictures that are beyond the budget or that no model makes, and says why."""
        reasons = self.beyond | dict(declined)
        refused = self.beyond if self.spending.refuses else {}
        images = {spec.name: failed(spec, reasons[spec.name]) for spec in specs if spec.name in refused}
        for image in images.values():
            self.rounds.progress.count(image)
        wanted = {spec.name: spec for spec in specs if spec.name not in refused}
        found = self._paid_before(wanted)
        stand_ins = [self.planner.fallback(spec) for spec in wanted.values() if spec.name not in found]
        made = self._round(stand_ins, anew=False, overwrite=False)
        again = self._round(made.vanished, anew=False, overwrite=True) if made.vanished else Outcome()
        found |= made.images | again.images
        return images | {name: fallen_back(image, wanted[name], reasons[name]) for name, image in found.items()}

    def _paid_before(self, names: Iterable[str]) -> dict[str, Image]:
        """Return the pictures that a vendor made for these places before, and that still lie there."""
        images = {}
        for name in names:
            if paid := self.stock.paid(name):
                images[name] = reused(paid, self.rounds.box.store.url(str(paid.key)))
                self.rounds.progress.count(images[name])
        return images
