"""The record of a run that is stopped on the way: what is stored by then, and what still lies there from before."""

from collections.abc import Mapping, Sequence

from blocks.toolbox import toolbox
from imaging import keys
from imaging.makers import MAKERS
from imaging.record import Image, described, failed, located
from imaging.spec import ImageSpec
from tasks.stock import Stock


def stock_now(user_id: str, stock: Stock) -> Stock:
    """Return `stock` with the bucket's objects as they are at this moment. Raises StorageError."""
    if stock.trouble:
        return stock
    return stock.model_copy(update={"objects": toolbox().store.list(keys.prefix(user_id, stock.slug))})


def images_at_stop(specs: Sequence[ImageSpec], seen: Mapping[str, Image], stock: Stock, why: str) -> list[Image]:
    """Return an entry for each spec. `seen`: the entries of tasks that have ended, by name; `stock`: as of now."""
    return [_entry(spec, seen.get(spec.name), stock, why) for spec in specs]


def _entry(spec: ImageSpec, seen: Image | None, stock: Stock, why: str) -> Image:
    box = toolbox()
    if seen and seen.durable:
        return seen
    if stored := box.in_flight.stored(spec.digest):
        return described(spec, stored, reused=False, url=box.store.url(stored.key))
    if earlier := stock.lying(spec.name):
        return located(stock.completed(earlier), box.store.url)
    ordered = MAKERS[spec.provider].keeps_orders and box.settings.images_on_stop == "keep"
    return seen or failed(spec, f"{why}; run again to {'collect' if ordered else 'make'} it")
