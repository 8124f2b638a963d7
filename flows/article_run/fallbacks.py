"""Making a plan's pictures: within the budget, anew where one has vanished, and from the fallback where none comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flows.article_run.run_log import tell_stand_ins, tell_vanished
from flows.article_run.submission import Outcome, Rounds
from imaging.articles.article import Article
from imaging.articles.claim import Claim
from imaging.makers import MAKERS
from imaging.planning.over_hero import over_hero, without_hero
from imaging.planning.plan import Planner
from imaging.record import Image, failed, reused
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
    planner: Planner
    rounds: Rounds
    spending: Spending
    refresh: bool
    newest_prediction: str | None
    beyond: dict[str, str] = field(default_factory=dict)  # by name: why the budget has no room for it

    def make(self, specs: list[ImageSpec]) -> dict[str, Image]:
        """Return the images by name, one for each spec. Cards over the hero come last: they wait for it."""
        over, specs = [s for s in specs if s.needs_hero], [s for s in specs if not s.needs_hero]
        # Where only the painter is left, it does not replace a picture that a vendor was paid for.
        self._keep_paid(spec.name for spec in specs if MAKERS[spec.provider].is_painter)
        made = self._within_budget(self._missing(specs), anew=self.refresh, overwrite=self.refresh)
        declined = dict(made.declined)
        if made.vanished:
            tell_vanished(made.vanished)
            declined |= self._within_budget(made.vanished, anew=False, overwrite=True).declined
        over_too = self._stand_in(self._missing(specs), declined)
        if over or over_too:
            self.rounds.offer_again(self.owner)  # the hero that they show is read from the bucket
        self._draw_over_hero(over, overwrite=self.refresh)
        self._draw_over_hero(over_too, overwrite=False)
        self.rounds.offer_again(self.owner)
        self.rounds.tell_unstored()
        return self.rounds.images

    @property
    def stock(self) -> Stock:
        """What the bucket holds of the article: it may answer only in the middle of a run."""
        return self.rounds.stock

    @property
    def owner(self) -> Claim:
        """Whose pictures they are."""
        return Claim.of(self.article)

    def _within_budget(self, specs: list[ImageSpec], *, anew: bool, overwrite: bool) -> Outcome:
        due = [spec for spec in specs if spec.price_usd and (overwrite or not self.stock.earlier(spec.digest))]
        beyond = self.spending.admit(due, anew=overwrite)
        self.beyond |= beyond
        return self._round([spec for spec in specs if spec.name not in beyond], anew=anew, overwrite=overwrite)

    def _round(self, specs: list[ImageSpec], *, anew: bool, overwrite: bool) -> Outcome:
        terms = Terms(
            owner=self.owner,
            anew=anew,
            storage_trouble=self.stock.trouble,
            newest_prediction=self.newest_prediction,
            unnamed={} if overwrite else self.stock.unnamed,
            single=self.spending.single,
        )
        return self.rounds.make(specs, terms, overwrite=overwrite)

    def _stand_in(self, specs: list[ImageSpec], declined: Mapping[str, str]) -> list[ImageSpec]:
        """Fill the places of pictures that are beyond the budget, or that no model makes.

        Return the cards among the fallbacks that still wait for the hero.
        """
        if self.spending.refuses:
            for spec in specs:
                if spec.name in self.beyond:
                    self.rounds.count(failed(spec, self.beyond[spec.name]))
        missing = self._missing(specs)
        reasons = self.beyond | dict(declined)
        self.rounds.stand_ins = {spec.name: (spec, reasons[spec.name]) for spec in missing}
        self._keep_paid(self.rounds.stand_ins)
        fallbacks = [self.planner.fallback(spec) for spec in self._missing(specs)]
        tell_stand_ins(fallbacks, reasons)
        self._free_round([spec for spec in fallbacks if not spec.needs_hero], overwrite=False)
        return [spec for spec in fallbacks if spec.needs_hero]

    def _draw_over_hero(self, specs: list[ImageSpec], *, overwrite: bool) -> None:
        """Draw cards over the hero that the article has now, or else without one."""
        if not specs:
            return
        hero = self.rounds.images.get("hero", self.stock.lying("hero"))
        declined = {spec.name: "there is no hero to show" for spec in specs}
        if hero and hero.durable:
            declined = self._free_round([over_hero(spec, hero) for spec in specs], overwrite=overwrite)
        plain = [spec for spec in specs if spec.name in declined]
        # One that stands in for a social picture already says so.
        self.rounds.stand_ins = {spec.name: (spec, declined[spec.name]) for spec in plain} | self.rounds.stand_ins
        self._free_round([without_hero(spec) for spec in plain], overwrite=False)

    def _free_round(self, specs: list[ImageSpec], *, overwrite: bool) -> dict[str, str]:
        """Make what costs nothing, anew where it has vanished; return what was declined, and why."""
        made = self._round(specs, anew=False, overwrite=overwrite)
        if made.vanished:
            return made.declined | self._round(made.vanished, anew=False, overwrite=True).declined
        return made.declined

    def _missing(self, specs: list[ImageSpec]) -> list[ImageSpec]:
        return [spec for spec in specs if spec.name not in self.rounds.images]

    def _keep_paid(self, names: Iterable[str]) -> None:
        """Use the pictures that a vendor made for these places before, and that still lie there."""
        for name in names:
            if paid := self.stock.paid(name):
                self.rounds.count(reused(paid, self.rounds.box.store.url))
