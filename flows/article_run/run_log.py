"""An article's story in the log of its run: what was planned, what takes whose place, and what came of it.

The tasks tell the rest, each of its own image: ordered, collected, stored where and after how long.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from prefect.logging import get_run_logger

from blocks.observability.log import NOTICE
from blocks.toolbox import Toolbox
from imaging.record import ImageSet
from imaging.spec import ImageSpec
from tasks.stock import Stock


def tell_plan(box: Toolbox, specs: Sequence[ImageSpec], stock: Stock, *, refresh: bool) -> None:
    """Say what is to be made, by whom, what is there already, and where it goes."""
    log = get_run_logger()
    makers: dict[str, list[str]] = {}
    for spec in specs:
        makers.setdefault(spec.provider, []).append(spec.name)
    by = "; ".join(f"{provider}: {', '.join(names)}" for provider, names in makers.items())
    log.info("%d pictures planned. %s", len(specs), by)
    there = [spec.name for spec in specs if stock.earlier(spec.digest)]
    if there and refresh:
        log.info("made anew, since a refresh was asked for: %s", ", ".join(there))
    elif there:
        log.info("there already: %s", ", ".join(there))
    if changed := [spec for spec in specs if _has_changed(spec, stock)]:
        names, price = ", ".join(spec.name for spec in changed), sum(spec.price_usd for spec in changed)
        log.warning(
            "%s/%s: made anew in their places, since the article or its models have changed: %s (%.3f USD)",
            changed[0].user_id, stock.slug, names, price, extra={NOTICE: True},
        )  # fmt: skip
    where = "the embedded storage" if box.embedded else f"the bucket {box.store.bucket.bucket_name}"
    if stock.trouble:
        log.warning("%s cannot be written: %s", where, stock.trouble)
    else:
        log.info("they go to %s, %s", where, box.store.url(f"{specs[0].user_id}/{stock.slug}/") if specs else "")


def _has_changed(spec: ImageSpec, stock: Stock) -> bool:
    """Tell whether a picture is to be paid for although one that its vendor made lies in its place."""
    paid = stock.paid(spec.name)
    return bool(spec.price_usd and paid and paid.digest not in {spec.digest, spec.reseeded.digest})


def tell_retitled(place: str, before: str) -> None:
    """Say that the article had another title before."""
    text = "%s: the title was “%s” before; folder and addresses stay"
    get_run_logger().info(text, place, before, extra={NOTICE: True})


def tell_vanished(specs: Sequence[ImageSpec]) -> None:
    """Say which pictures are made anew because their objects are gone."""
    if specs:
        names = ", ".join(spec.name for spec in specs)
        get_run_logger().info("made anew, since the bucket no longer holds what was stored: %s", names)


def tell_stand_ins(specs: Sequence[ImageSpec], reasons: Mapping[str, str]) -> None:
    """Say which pictures another one stands in for, by whom, and why."""
    for spec in specs:
        log = get_run_logger(image=spec.name)
        log.warning("%s: %s takes its place: %s", spec.name, spec.provider, reasons[spec.name])


def tell_end(image_set: ImageSet) -> None:
    """Say what came of the run."""
    log = get_run_logger()
    counts = Counter(image.status for image in image_set.images)
    came = ", ".join(f"{count} {status}" for status, count in counts.items())
    log.info("%s: %s, %.3f USD. Manifest: %s", image_set.status, came, image_set.cost_usd, image_set.manifest_url)
    for problem in image_set.problems:
        log.warning("%s", problem)
