"""The lines of a run's log: what was planned, each picture that is done, which one replaces another, the outcome.

What happens to a picture before it is done is logged where it happens: ordered (`blocks/delivery/orders.py`), collected
(`tasks/pictures/predictions.py`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from prefect.logging import get_run_logger

from blocks.observability.log import NOTICE, PROGRESS
from blocks.records.inventory import Inventory
from blocks.services import Services
from flows.article_run.plan import Plan
from imaging.pages.gallery import size
from imaging.record import Image, ImageSet
from imaging.spec import ImageSpec
from imaging.text.counting import number_of


def log_plan(services: Services, plan: Plan, inventory: Inventory, *, refresh: bool) -> None:
    """Log which pictures are to be made by whom, which exist, and where they are stored."""
    log, specs = get_run_logger(), plan.specs
    makers: dict[str, list[str]] = {}
    for spec in specs:
        makers.setdefault(spec.provider, []).append(spec.name)
    by = "; ".join(f"{provider}: {', '.join(names)}" for provider, names in makers.items())
    log.info("%s planned. %s", number_of(len(specs), "picture"), by)
    existing = [spec.name for spec in specs if inventory.stored(spec.digest)]
    if existing and refresh:
        log.info("made again, since a refresh was asked for: %s", ", ".join(existing))
    elif existing:
        log.info("stored already: %s", ", ".join(existing))
    if changed := [spec for spec in specs if _has_changed(plan, spec, inventory)]:
        names, price = ", ".join(spec.name for spec in changed), sum(spec.price_usd for spec in changed)
        log.warning(
            "%s/%s: made again, since the article or its models have changed: %s (%.3f USD)",
            changed[0].user_id, inventory.slug, names, price, extra={NOTICE: True},
        )  # fmt: skip
    where = "the embedded storage" if services.embedded else f"the bucket {services.store.bucket.bucket_name}"
    if inventory.trouble:
        log.warning("%s cannot be written: %s", where, inventory.trouble)
    else:
        log.info(
            "stored in %s, %s", where, services.store.url(f"{specs[0].user_id}/{inventory.slug}/") if specs else ""
        )


def _has_changed(plan: Plan, spec: ImageSpec, inventory: Inventory) -> bool:
    """Return whether a picture is to be paid for although the bucket has another one in its place that was paid for."""
    paid = inventory.paid_for(spec.name)
    known = {one.digest for by in (spec, *plan.planner.alternatives(spec)) for one in (by, by.reseeded)}
    return bool(spec.price_usd and paid and paid.digest not in known)


def log_retitled(place: str, before: str) -> None:
    """Log that the article had another title before."""
    text = "%s: the title was “%s” before; folder and addresses stay"
    get_run_logger().info(text, place, before, extra={NOTICE: True})


def log_vanished(specs: Sequence[ImageSpec]) -> None:
    """Log which pictures are made again because the bucket has lost them."""
    names = ", ".join(spec.name for spec in specs)
    get_run_logger().info("made again, since the bucket no longer holds what was stored: %s", names)


def log_fallbacks(fallbacks: Iterable[ImageSpec], reasons: Mapping[str, str]) -> None:
    """Log which pictures take the place of others, by whom, and the reason, by the picture's name."""
    for spec in fallbacks:
        log = get_run_logger(image=spec.name)
        log.warning("%s: %s takes its place: %s", spec.name, spec.provider, reasons[spec.name])


def log_picture(image: Image) -> None:
    """Log that a picture is done, well or badly: its size and cost, or why it is not in the bucket."""
    log, shown = get_run_logger(image=image.name), {PROGRESS: "pictures"}
    if image.durable:
        where = f" as {image.key}" if image.status == "stored" else ""
        text = "%s %s%s: %s, %.3f USD"
        log.info(text, image.name, image.status, where, size(image), image.cost_usd, extra=shown)
    else:
        log.warning("%s %s: %s", image.name, image.status, image.error, extra=shown)


def outcomes(image_set: ImageSet) -> str:
    """Return how many pictures came to what: `7 stored, 2 reused`."""
    counts = Counter(image.status for image in image_set.images)
    return ", ".join(f"{count} {status}" for status, count in counts.items())


def log_end(image_set: ImageSet) -> None:
    """Log the outcome of the run."""
    log = get_run_logger()
    spent, manifest = image_set.cost_usd, image_set.manifest_url
    log.info("%s: %s, %.3f USD. Manifest: %s", image_set.status, outcomes(image_set), spent, manifest)
    for problem in image_set.problems:
        log.warning("%s", problem)
