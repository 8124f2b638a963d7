"""The record of a run that is stopped on the way: the pictures stored by then, and those of before."""

from collections.abc import Mapping, Sequence

from blocks.publishing.manifest import written
from blocks.records.inventory import Inventory
from blocks.run import Run
from flows.article_run.plan import Plan
from imaging.entry import described, failed, located
from imaging.makers import MAKERS
from imaging.names import keys
from imaging.record import Image, ImageSet
from imaging.spec import ImageSpec


def record_stop(run: Run, plan: Plan, inventory: Inventory, seen: Mapping[str, Image], why: str) -> ImageSet:
    """Write the manifest of a run that is stopped, while other work still goes on. Raises StorageError."""
    if not inventory.trouble:
        objects = run.services.store.list(keys.prefix(plan.article.user_id, plan.slug))
        inventory = inventory.model_copy(update={"objects": objects})
    images = images_at_stop(run, plan.specs, seen, inventory, why)
    return written(run.services, plan.image_set(images), inventory)


def images_at_stop(
    run: Run, specs: Sequence[ImageSpec], seen: Mapping[str, Image], inventory: Inventory, why: str
) -> list[Image]:
    """Return an entry for each spec. `seen`: entries of tasks that have ended, by name; `inventory`: as of now."""
    return [_entry(run, spec, seen.get(spec.name), inventory, why) for spec in specs]


def _entry(run: Run, spec: ImageSpec, seen: Image | None, inventory: Inventory, why: str) -> Image:
    services = run.services
    if seen and seen.durable:
        return seen
    if stored := run.in_flight.stored(spec.digest):
        return described(spec, stored, reused=False, url=services.store.url(stored.key))
    if earlier := inventory.entry(spec.name):
        return located(inventory.completed(earlier), services.store.url)
    ordered = MAKERS[spec.provider].keeps_orders and services.settings.images_on_stop == "keep"
    return seen or failed(spec, f"{why}; run again to {'collect' if ordered else 'make'} it")
