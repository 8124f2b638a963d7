"""Cards over the article's hero: which hero, and what they are without one."""

from imaging.card_templates import WITHOUT_HERO
from imaging.record import Image
from imaging.spec import ImageSpec


def over_hero(spec: ImageSpec, hero: Image) -> ImageSpec:
    """The card over the very picture that `hero` describes, a durable one: another hero makes another digest."""
    shown = {"key": hero.key, "sha256": hero.sha256}
    return spec.model_copy(update={"params": spec.params | {"hero": shown}, "contains": (hero.provider,)})


def without_hero(spec: ImageSpec) -> ImageSpec:
    """The card that stands in where there is no hero to show."""
    params = {name: value for name, value in spec.params.items() if name != "hero"}
    return spec.model_copy(update={"model": WITHOUT_HERO, "params": params, "contains": ()})
