"""The plan: which pictures an article gets, in which order, made by whom."""

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import JsonValue

from imaging.articles.article import Article
from imaging.articles.brand import TenantBrand
from imaging.card_templates import DEFAULT_TEMPLATE
from imaging.cards import OVER_HERO
from imaging.kinds import Kind
from imaging.makers import MAKERS, PAINTER, PILLOW, Maker, Provider
from imaging.names import keys
from imaging.planning import prompts
from imaging.planning.alt_texts import alt_text
from imaging.planning.look import Look
from imaging.planning.models import Model, ModelTable, delivered_size, spec_fields
from imaging.platforms import PLATFORMS, Platform
from imaging.record import Image
from imaging.slug import short_hash
from imaging.spec import ImageSpec, Section
from imaging.text.anchors import section_of
from imaging.text.sections import aspects, supporting_count
from imaging.typesetting.paragraph import paragraph


class Planner:
    """Turns one article into the specs of its pictures.

    `slug` is the slug that the article owns. Specs of a provider that is not in `providers` are given to
    the offline painter. `brand` is the tenant's, under which the article's own fields win. `logo_sha256` and
    `font_sha256` stand for the bytes of its assets in the digest of the cards. `stored`: the keys of the article's
    pictures; a section that has one keeps it. `platforms`: those that are added to the default ones.
    """

    def __init__(
        self,
        article: Article,
        slug: str,
        models: ModelTable,
        providers: Collection[Provider],
        logo_sha256: str | None = None,
        *,
        brand: TenantBrand | None = None,
        font_sha256: str | None = None,
        stored: Collection[str] = (),
        platforms: Collection[str] = (),
    ) -> None:
        self.article = article
        self.brand = (brand or TenantBrand()).under(article.brand)
        self.look = Look.of(self.brand)
        self.place = (article.user_id, slug)
        self.models = models.without(", ".join(self.brand.avoided))
        self.providers = providers
        self.logo_sha256 = logo_sha256
        self.font_sha256 = font_sha256
        self.stored_stems = {key.rpartition(".")[0] for key in stored}
        self.platforms = [one for one in PLATFORMS.values() if one.is_default or one.name in platforms]

    @property
    def site_name(self) -> str:
        """The name of the site that the article stands on: the brand's, else the host of its address, if known."""
        return self.brand.site_name or self.article.origin.site

    def specs(self) -> list[ImageSpec]:
        """Return the specs in the order of the plan."""
        return [*self._hero(), *self._supporting(), *self._comparison(), *self._cards(), *self._social()]

    def fallback(self, spec: ImageSpec) -> ImageSpec:
        """Return what stands in for a picture that its provider does not make: it costs nothing and goes to its place.

        A social picture becomes a card in its platform's ratio, any other one is painted.
        """
        place = spec.model_dump(include={"name", "kind", "platform", "stem", "hash_length", "alt_text", "section"})
        if platform := PLATFORMS.get(spec.platform):
            return self._card(size=platform.card_size, **place)
        return self._painted(MAKERS[spec.provider], size=spec.size, prompt=spec.prompt, **place)

    def instead_of_dead(self, address: str, prompt: str, alt_text: str, entry: Image | None = None) -> ImageSpec:
        """Return the picture that takes the place of one whose address is dead: in the words that are known of it.

        `prompt`: what it was made from; without one the alternative text says what to show. `entry`: the image of a
        manifest that it was; then it goes to its place in the plan, and its own model makes it.
        """
        prompt = prompt or prompts.supporting_prompt(self.article, self.look, alt_text)
        alt_text = alt_text or self.article.title
        if entry:
            stem, hash_length = keys.image_place(*self.place, entry.name, entry.kind, entry.platform)
            place = entry.model_dump(include={"name", "kind", "platform", "section"})
            model = self._model(entry) or self.models.supporting
            return self._generated(model, prompt=prompt, stem=stem, hash_length=hash_length, alt_text=alt_text, **place)
        name = short_hash(address, 12)
        return self._generated(
            self.models.supporting,
            name=f"{keys.MIGRATED}-{name}",
            kind=Kind.SUPPORTING,
            prompt=prompt,
            stem=keys.migrated_stem(*self.place, name),
            hash_length=16,
            alt_text=alt_text,
        )

    def alternatives(self, spec: ImageSpec) -> tuple[ImageSpec, ...]:
        """Return `spec` as the models would make it that are tried in turn where its own makes none."""
        chain = self._configured(self._model(spec))
        own = [number for number, model in enumerate(chain) if model.makes(spec)]
        return tuple(spec.model_copy(update=spec_fields(model)) for model in chain[own[0] + 1 :]) if own else ()

    def has_alternatives(self, spec: ImageSpec) -> bool:
        """Return whether several models may make `spec`, which may be by any of them."""
        return MAKERS[spec.provider].is_paid and len(self._configured(self._model(spec))) > 1

    def _model(self, spec: ImageSpec | Image) -> Model | None:
        """Return the first model of `spec`'s role; None for cards."""
        if platform := PLATFORMS.get(spec.platform):
            return self.models.for_platform(platform) if spec.kind is Kind.SOCIAL else None
        comparison = (self.models.juggernautxl, self.models.qwen_image)
        by_name = {"hero": self.models.hero} | {_comparison_name(model): model for model in comparison}
        return by_name.get(spec.name, self.models.supporting)

    def _configured(self, model: Model | None) -> list[Model]:
        """Return the models of a role whose vendors are configured."""
        return [one for one in (model, *model.alternatives) if one.provider in self.providers] if model else []

    def _hero(self) -> Iterator[ImageSpec]:
        yield self._generated(
            self.models.hero,
            name="hero",
            kind=Kind.HERO,
            prompt=prompts.hero_prompt(self.article, self.look),
            stem=keys.hero_stem(*self.place),
            alt_text=self._alt(Kind.HERO),
        )

    def _supporting(self) -> Iterator[ImageSpec]:
        wanted = supporting_count(self.article.body)
        for number, aspect in enumerate(aspects(self.article.body, wanted, self._has_picture), start=1):
            section = section_of(self.article.body, aspect)
            yield self._generated(
                self.models.supporting,
                name=f"supporting-{number}",
                kind=Kind.SUPPORTING,
                prompt=prompts.supporting_prompt(self.article, self.look, aspect),
                stem=keys.supporting_stem(*self.place, aspect),
                alt_text=self._alt(Kind.SUPPORTING, aspect=aspect),
                section=Section(heading=section[0], anchor=section[1]) if section else None,
            )

    def _has_picture(self, aspect: str) -> bool:
        return keys.supporting_stem(*self.place, aspect) in self.stored_stems

    def _comparison(self) -> Iterator[ImageSpec]:
        for model in (self.models.juggernautxl, self.models.qwen_image):
            yield self._generated(
                model,
                name=_comparison_name(model),
                kind=Kind.COMPARISON,
                prompt=prompts.comparison_prompt(self.article, self.look),
                stem=keys.comparison_stem(*self.place, model.short_name),
                hash_length=16,
                alt_text=self._alt(Kind.COMPARISON, model=model.short_name),
            )

    def _cards(self) -> Iterator[ImageSpec]:
        for platform in self._platforms(Kind.CARD):
            yield self._card(
                name=platform.name,
                kind=Kind.CARD,
                platform=platform.name,
                size=platform.card_size,
                stem=keys.card_stem(*self.place, platform.name),
                alt_text=self._alt(Kind.CARD, platform=platform.label),
            )

    def _social(self) -> Iterator[ImageSpec]:
        for platform in self._platforms(Kind.SOCIAL):
            yield self._generated(
                self.models.for_platform(platform),
                name=platform.name,
                kind=Kind.SOCIAL,
                platform=platform.name,
                prompt=prompts.social_prompt(self.article, self.look, platform.shape),
                stem=keys.social_stem(*self.place, platform.name),
                hash_length=8,
                alt_text=self._alt(Kind.SOCIAL, platform=platform.label),
            )

    def _platforms(self, kind: Kind) -> list[Platform]:
        """The platforms in the plan that have a picture of this kind."""
        return [platform for platform in self.platforms if platform.kind is kind]

    def _alt(self, kind: Kind, **words: str) -> str:
        return alt_text(self.article.language, kind, self.article.title, **words)

    def _generated(self, model: Model, **fields: Any) -> ImageSpec:
        """A spec for the first of a role's models whose provider is configured, or else for the painter."""
        if not (configured := self._configured(model)):
            return self._painted(MAKERS[model.provider], size=delivered_size(model), **fields)
        return ImageSpec(user_id=self.place[0], slug=self.place[1], **spec_fields(configured[0]), **fields)

    def _painted(self, instead_of: Maker, **fields: Any) -> ImageSpec:
        return ImageSpec(
            provider=PAINTER.name,
            model="offline-painter",
            params={"color": self.brand.color, "output_format": instead_of.painted_format},
            user_id=self.place[0],
            slug=self.place[1],
            **fields,
        )

    def _card(self, **fields: Any) -> ImageSpec:
        brand, template = self.brand, self.brand.template or DEFAULT_TEMPLATE
        return ImageSpec(
            provider=PILLOW.name,
            model=template,
            params={
                "title": self.article.title,
                "excerpt": self.article.excerpt,
                "language": self.article.language,
                "color": brand.color,
                "logo": brand.logo,
                "logo_sha256": self.logo_sha256,
                **({"hero": None} if template in OVER_HERO else {}),
                **self._added_later(),
            },
            user_id=self.place[0],
            slug=self.place[1],
            **fields,
        )

    def _added_later(self) -> dict[str, JsonValue]:
        """Return what cards did not have at first, where they have it: others keep their digests."""
        texts = (self.article.topic, self.article.excerpt)
        rare = dict.fromkeys(face for text in texts for face in paragraph(text).rare_faces)
        font: dict[str, JsonValue] = {"font": self.brand.font, "font_sha256": self.font_sha256}
        return {
            **({"fonts": list(rare)} if rare else {}),
            **({"site_name": site_name} if (site_name := self.site_name) else {}),
            **(font if self.font_sha256 else {}),
        }


def _comparison_name(model: Model) -> str:
    return f"comparison-{model.short_name}"
