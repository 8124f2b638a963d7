"""The plan of a run: the article's pictures, in the words that a language model has found for them, if any."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from prefect.runtime import flow_run
from pydantic import ValidationError

from blocks.brands.assets import font_sha256, logo_sha256
from blocks.brands.reading import BrandReading
from blocks.records.inventory import Inventory
from blocks.records.records import Records
from blocks.services import Services
from imaging.articles.article import Article
from imaging.errors import ImagesError, StorageError
from imaging.names import record_paths
from imaging.planning.chosen_platforms import platforms_of
from imaging.planning.model_words import Words
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet
from imaging.spec import ImageSpec, Kinds
from tasks.model_words import find_words

_ASSETS = {"logo": logo_sha256, "font": font_sha256}


@dataclass(frozen=True, slots=True)
class Plan:
    """The pictures that are asked for. `planner` plans their fallbacks; `left_out`: what the cards do without."""

    article: Article
    slug: str
    planner: Planner
    specs: tuple[ImageSpec, ...]
    branding: BrandReading
    left_out: tuple[str, ...] = ()

    @property
    def problems(self) -> list[str]:
        """Why the pictures may not be as they should."""
        return [*([self.branding.trouble] if self.branding.trouble else []), *self.left_out]

    def confirmed(self, services: Services) -> "Plan":
        """Return the plan without the trouble of a brand that turns out to be as it was taken to be."""
        return replace(self, branding=self.branding.confirmed(services, self.article.user_id))

    def image_set(self, images: Sequence[Image], problems: Sequence[str] = (), run_id: str | None = None) -> ImageSet:
        """Return the set of these images, one for each spec."""
        return ImageSet(
            user_id=self.article.user_id,
            slug=self.slug,
            topic=self.article.topic,
            article_id=self.article.article_id,
            language=self.article.language,
            site_name=self.planner.site_name,
            flow_run_id=run_id or flow_run.id,
            images=list(images),
            problems=[*self.problems, *problems],
        )


def planned(
    services: Services, records: Records, article: Article, branding: BrandReading, inventory: Inventory, *, only: Kinds
) -> Plan:
    """Plan the article's pictures of the kinds `only` (none: all). Raises InvalidInput for a logo that is none."""
    planner, problems = _planner(services, article, branding, inventory, StorageError)
    specs = _worded(services, records, article, planner, inventory)
    return Plan(article, inventory.slug, planner, _chosen(specs, only), branding, problems)


def planned_before(
    services: Services, records: Records, article: Article, branding: BrandReading, inventory: Inventory, *, only: Kinds
) -> Plan:
    """Return the plan that an earlier run of the article had, without asking a language model again."""
    return _from_kept_words(services, records, article, branding, inventory, only=only, tolerated=ImagesError)


def planned_from_kept_words(
    services: Services, records: Records, article: Article, branding: BrandReading, inventory: Inventory, *, only: Kinds
) -> Plan:
    """Plan as `planned` does, without asking a language model for words that are still missing."""
    return _from_kept_words(services, records, article, branding, inventory, only=only, tolerated=StorageError)


def _from_kept_words(
    services: Services,
    records: Records,
    article: Article,
    branding: BrandReading,
    inventory: Inventory,
    *,
    only: Kinds,
    tolerated: type[ImagesError],
) -> Plan:
    planner, problems = _planner(services, article, branding, inventory, tolerated)
    words = _kept_words(records, article.user_id, inventory.slug).applied(planner.specs(), planner.look.words)
    return Plan(article, inventory.slug, planner, _chosen(words, only), branding, problems)


def _chosen(specs: Sequence[ImageSpec], only: Kinds) -> tuple[ImageSpec, ...]:
    return tuple(spec for spec in specs if not only or spec.kind in only)


def _planner(
    services: Services,
    article: Article,
    branding: BrandReading,
    inventory: Inventory,
    tolerated: type[ImagesError],
) -> tuple[Planner, tuple[str, ...]]:
    """Return the planner, and the problems that assets of the brand make which cannot be had.

    Raises what is not `tolerated`.
    """
    problems: list[str] = []
    brand = branding.brand.under(article.brand)
    hashes: dict[str, str | None] = {}
    for asset, sha256_of in _ASSETS.items():
        place: str | None = getattr(brand, asset)
        try:
            hashes[asset] = sha256_of(services, article.user_id, place) if place else None
        except tolerated as error:
            problems.append(f"the cards have no {asset}: {error}")
    planner = Planner(
        article,
        inventory.slug,
        services.models,
        services.providers,
        hashes.get("logo"),
        brand=branding.brand,
        font_sha256=hashes.get("font"),
        stored=inventory.objects,
        platforms=platforms_of(services.platforms, article.user_id),
    )
    return planner, tuple(problems)


def _worded(
    services: Services, records: Records, article: Article, planner: Planner, inventory: Inventory
) -> list[ImageSpec]:
    """Return the specs with the words that a language model has found for them; without one, as they are.

    A prompt decides what picture it is, and so what is paid for. Another answer tomorrow must not buy the article's
    pictures again: words are asked for once for each picture, and kept, also when there was no answer. A picture that
    was made from our words keeps them.
    """
    specs, configured = planner.specs(), services.writer is not None
    if not (configured or _were_worded(specs, inventory)):
        return specs
    words = _kept_words(records, article.user_id, inventory.slug)
    if configured and (missing := words.missing(specs)):
        words = words.joined(find_words(article, missing, inventory))
        try:
            records.write(record_paths.words_path(article.user_id, inventory.slug), words.model_dump_json().encode())
        except OSError:  # kept nowhere: the next run would ask again, and pay for what another answer describes
            return specs
    return words.applied(specs, planner.look.words)


def _were_worded(specs: Sequence[ImageSpec], inventory: Inventory) -> bool:
    """Return whether stored pictures have other words than ours: a language model was configured then."""
    ours = {spec.name: (spec.prompt, spec.alt_text) for spec in specs}
    return any((image.prompt, image.alt_text) != ours[image.name] for image in inventory.images if image.name in ours)


def _kept_words(records: Records, user_id: str, slug: str) -> Words:
    with suppress(ValueError, ValidationError):
        return Words.model_validate_json(records.read(record_paths.words_path(user_id, slug)))
    return Words()
