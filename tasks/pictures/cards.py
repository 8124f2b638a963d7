"""Open Graph cards, drawn with Pillow. Cache: on the spec's digest; equal cards are drawn once in a process."""

import hashlib

from prefect import task

from blocks.brands.assets import load_font, load_logo
from blocks.delivery.measuring import measured
from blocks.delivery.once import Once
from blocks.delivery.storing import Made, keep, looked_at
from blocks.delivery.terms import RunTerms
from blocks.run import current_run
from imaging.cards import Card, draw_card
from imaging.errors import HeroMissing, StorageError
from imaging.pictures.picture import Picture
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.task_options import CACHED, IMAGE

_drawn: Once[Card, Picture] = Once(kept=4)  # few, as the key holds the hero: megabytes


@task(name="draw_card", **IMAGE, **CACHED)
def draw_platform_card(spec: ImageSpec, terms: RunTerms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s card, drawn here and stored: `earlier` where the bucket has it already.

    Raises HeroMissing.
    """
    if earlier:
        return earlier
    services = current_run().services
    logo = spec.params["logo"] if spec.params.get("logo_sha256") else None
    font = spec.params.get("font")
    card = Card(
        title=str(spec.params["title"]),
        excerpt=str(spec.params["excerpt"]),
        color=str(spec.params["color"]) if spec.params["color"] else None,
        logo=load_logo(services, spec.user_id, str(logo)) if logo else None,
        template=spec.model,  # type: ignore[arg-type] # validated with the article
        size=spec.size,
        language=str(spec.params.get("language", "")),
        hero=_hero(spec),
        site_name=str(spec.params.get("site_name", "")),
        font=load_font(services, spec.user_id, str(font)) if font else None,
    )
    with measured("provider", spec):
        drawn = _drawn.get(card, lambda: looked_at(draw_card(card)))
    return keep(spec, drawn, terms, cost_usd=0.0)


def _hero(spec: ImageSpec) -> bytes | None:
    """Return the hero that the card shows, from the bucket; None where it shows none. Raises HeroMissing."""
    shown = spec.params.get("hero")
    if not isinstance(shown, dict):
        return None
    try:
        data = current_run().services.store.get(str(shown["key"]))
    except StorageError as error:
        raise HeroMissing(f"the hero cannot be read: {error}") from None
    if data is None or hashlib.sha256(data).hexdigest() != shown["sha256"]:
        raise HeroMissing("the hero cannot be read: it is not in the bucket any more")
    return data
