"""The plan of an article's next run. Nothing is ordered, written or asked of a vendor."""

from dataclasses import dataclass

from blocks.brands.reading import read_brand
from blocks.budgets.spending import Admission, Spending
from blocks.records.claims import slug_to_claim
from blocks.records.inventory import Inventory, inventory_of
from blocks.records.records import Records
from blocks.result_storage import cached_image
from blocks.services import Services
from blocks.storage.errors import refusals_named
from flows.article_run.plan import Plan, planned_from_kept_words
from imaging.articles.article import Article
from imaging.makers import MAKERS
from imaging.planning.over_hero import over_hero, without_hero
from imaging.planning.preview import Action, ArticlePlan, PlannedImage
from imaging.record import Image
from imaging.spec import ImageSpec, Kinds


def previewed(services: Services, article: Article, only: Kinds, *, refresh: bool = False) -> ArticlePlan:
    """Return what a run of the article would do now, or a refresh.

    Raises InvalidInput, ConfigurationError and StorageError.
    """
    branding = read_brand(services, article.user_id)
    article = branding.settled(article, services.settings.images_language).article
    with refusals_named():
        slug = slug_to_claim(services.store, article)
        inventory = inventory_of(services.store, services.manifests, article.user_id, slug)
    branding.check_known(bucket_answers=True)
    records = services.records(bucket_answers=True)
    plan = planned_from_kept_words(services, records, article, branding, inventory, only=only)
    spending = Spending(services, records, article.user_id, slug)
    return ArticlePlan(
        user_id=article.user_id,
        slug=slug,
        topic=article.topic,
        images=_Preview(records, plan, inventory, spending, refresh).images(),
        problems=plan.problems,
    )


@dataclass(frozen=True, slots=True)
class _Preview:
    records: Records
    plan: Plan
    inventory: Inventory
    spending: Spending
    refresh: bool

    def images(self) -> list[PlannedImage]:
        """Return the images in the order of the plan."""
        due = [spec for spec in self.plan.specs if spec.price_usd and not self._stored(spec)]
        admission = self.spending.admissible(due, refresh=self.refresh)
        return [self._image(self._over_hero(spec), admission) for spec in self.plan.specs]

    def _over_hero(self, spec: ImageSpec) -> ImageSpec:
        """Return a card over the hero as it would be drawn, if the article keeps the hero that it has."""
        if not spec.needs_hero:
            return spec
        planned = next((one for one in self.plan.specs if one.name == "hero"), None)
        hero = self.inventory.entry("hero") if planned is None or self._stored(planned) else None
        if planned is None and hero is None:
            return without_hero(spec)
        return over_hero(spec, hero) if hero else spec

    def _image(self, spec: ImageSpec, admission: Admission) -> PlannedImage:
        if self._stored(spec):
            return _planned(spec, "reuse")
        earlier = self.inventory.entry(spec.name)
        why, is_refused = admission.beyond.get(spec.name), spec.name in admission.refused
        return self._beyond(spec, earlier, why, is_refused=is_refused) if why else self._due(spec, earlier)

    def _beyond(self, spec: ImageSpec, earlier: Image | None, why: str, *, is_refused: bool) -> PlannedImage:
        if earlier and MAKERS[earlier.provider].is_paid:
            return _planned(spec, "reuse", why=f"{why}: the earlier picture stays")
        if is_refused:
            return _planned(spec, "make", why=f"{why}: its place stays empty")
        return _planned(self.plan.planner.fallback(spec), "make", why=why)

    def _due(self, spec: ImageSpec, earlier: Image | None) -> PlannedImage:
        action: Action = "remake" if earlier else "make"
        if self.refresh:
            return _planned(spec, action, spec.price_usd, "a refresh was asked for" if earlier else None)
        cached = cached_image(self.records, spec)
        if cached and not self.inventory.holds(cached):  # a run makes it again
            price_usd = 0.0 if self.spending.is_collectable(spec) else spec.price_usd
            return _planned(spec, "remake", price_usd, "the bucket no longer holds what was stored")
        if not spec.price_usd or self.spending.is_to_be_ordered(spec):
            return _planned(spec, action, spec.price_usd, self._why(spec, earlier))
        if cached:
            return _planned(spec, "reuse", why="stored by a run that did not end well")
        if self.spending.is_had(spec):
            return _planned(spec, action, why="ordered by an earlier run, and collected")
        return _planned(spec, "reuse" if earlier else "make", why="its model has refused it, and is not asked again")

    def _stored(self, spec: ImageSpec) -> bool:
        """Return whether the bucket has the picture, as it is ordered or with another seed, and it will do."""
        return not self.refresh and any(self.inventory.stored(one.digest) for one in (spec, spec.reseeded))

    def _why(self, spec: ImageSpec, earlier: Image | None) -> str | None:
        """Return why a picture is made, unless the article never had it."""
        if earlier is None:
            return None
        if earlier.fallback_from:
            return f"{earlier.provider} took the place of {spec.provider}:{spec.model}"
        if (earlier.provider, earlier.model) != (spec.provider, spec.model):
            return f"it was made by {earlier.provider}:{earlier.model}"
        if earlier.prompt != spec.prompt:
            return "its prompt has changed"
        return (
            "the hero changes" if spec.needs_hero else "the article, its brand or its model's parameters have changed"
        )


def _planned(spec: ImageSpec, action: Action, price_usd: float = 0.0, why: str | None = None) -> PlannedImage:
    what = spec.model_dump(include={"name", "kind", "provider", "model", "prompt"})
    return PlannedImage(**what, action=action, price_usd=price_usd, why=why)
