"""Pictures of a run as values: the outcome of each task, and the work under way for each picture."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from prefect.futures import PrefectFuture, as_completed

from blocks.budgets.spending import Spending
from blocks.delivery.measuring import emit_image
from blocks.delivery.terms import RunTerms
from blocks.publishing.progress import Progress
from blocks.records.inventory import Inventory
from blocks.run import Run
from flows.article_run.formats_under_way import begun
from flows.article_run.plan import Plan
from flows.article_run.run_log import log_picture
from imaging.entry import described, failed, fallen_back
from imaging.errors import HeroMissing, ImagesError, NotDelivered, StorageError
from imaging.planning import fitness
from imaging.record import NOT_STORED, Image, StoredImage
from imaging.spec import ImageSpec

Submit = Callable[[Sequence[ImageSpec], RunTerms, Inventory, bool], Mapping[PrefectFuture[StoredImage], ImageSpec]]
"""Submits a task for each spec. The last argument: neither the cache nor the picture in the bucket will do."""


@dataclass(frozen=True, slots=True)
class NotMade:
    """Why a maker does not make a picture, and what was paid for it all the same, in USD.

    `failed`: its place stays empty where no other model makes it.
    """

    why: str
    cost_usd: float = 0.0
    over_budget: bool = False
    failed: bool = False

    def and_then(self, alternative: ImageSpec, reason: "NotMade") -> "NotMade":
        """Return why neither this one nor an alternative has made it."""
        why = f"{self.why}; {alternative.provider}:{alternative.model}: {reason.why}"
        return replace(self, why=why, cost_usd=self.cost_usd + reason.cost_usd)


@dataclass(frozen=True, slots=True)
class Result:
    """A picture that is done, well or badly.

    `problem`: why it cannot be published in its place, if so. `instead_of`: which picture it takes the place of, if so.
    """

    spec: ImageSpec
    image: Image
    thumbnail: str = ""
    preview: str = ""
    problem: str | None = None
    web_formats: PrefectFuture[Image] | None = None
    instead_of: tuple[ImageSpec, NotMade] | None = None


Results = Mapping[str, Result]
"""Results by the names of their pictures."""
Substitutes = Mapping[str, tuple[ImageSpec, NotMade]]
"""By name: which picture another one takes the place of, and why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of the tasks that were submitted. `vanished`: pictures that the cache knows and the bucket lost."""

    done: Results
    not_made: Mapping[str, NotMade]
    vanished: Sequence[ImageSpec]


@dataclass(frozen=True, slots=True)
class Making:
    """The values that each step of making pictures is given. `inventory` may be replaced once the bucket answers."""

    run: Run
    plan: Plan
    inventory: Inventory
    spending: Spending
    terms: RunTerms
    progress: Progress
    submit: Submit

    def url(self, key: str) -> str:
        """Return the public address of an object."""
        return self.run.services.store.url(key)


def outcome_of(
    making: Making,
    specs: Sequence[ImageSpec],
    *,
    refresh: bool = False,
    overwrite: bool = False,
    order_once: frozenset[str] = frozenset(),
    instead_of: Substitutes = MappingProxyType({}),
) -> Outcome:
    """Submit a task for each spec and sort what comes of it: one failed picture never takes another with it.

    `overwrite`: neither the cache nor the picture in the bucket will do. `instead_of`: which pictures these replace.
    """
    inventory = making.inventory
    unlisted = {} if overwrite else inventory.unlisted
    terms = replace(making.terms, refresh=refresh, unlisted=unlisted, order_once=order_once)
    futures = making.submit(specs, terms, inventory, overwrite)
    done: dict[str, Result] = {}
    not_made: dict[str, NotMade] = {}
    vanished: list[ImageSpec] = []
    for future in as_completed(list(futures)):
        match _came(making, futures[future], future, overwrite=overwrite):
            case NotMade() as reason:
                not_made[futures[future].name] = reason
            case Result() as result:
                done[result.spec.name] = noted(making, result, instead_of.get(result.spec.name))
            case None:
                vanished.append(futures[future])
    return Outcome(done, not_made, vanished)


def _came(
    making: Making, spec: ImageSpec, future: PrefectFuture[StoredImage], *, overwrite: bool
) -> Result | NotMade | None:
    """Return the outcome of a task; None where its picture is in the cache and no longer in the bucket."""
    try:
        stored = future.result()
    except ImagesError as error:
        return _without_picture(making, spec, error)
    except Exception as error:  # noqa: BLE001 - a bug in one maker must not lose the pictures of the others
        return Result(spec, failed(spec, f"unexpected {type(error).__name__}; the task run's log has the details"))
    inventory = making.inventory
    earlier = None if overwrite else inventory.stored(spec.digest)
    reused = future.state.name == "Cached" or earlier is not None
    if earlier and not inventory.holds(stored):
        stored = earlier  # the cached record was this machine's own, and another has made the picture again since
    image = described(spec, stored, reused=reused, url=making.url(stored.key))
    try:
        if image.status == "reused" and not inventory.trouble and _has_vanished(making, stored):
            return None
    except StorageError as error:  # it may well be there: it is neither paid for again nor called durable
        return Result(spec, failed(spec, str(error)))
    return result_of(spec, image, stored)


def _without_picture(making: Making, spec: ImageSpec, error: ImagesError) -> Result | NotMade:
    """Return what an error of a task comes to: another may make the picture, or it has failed."""
    has_failed = not isinstance(error, NotDelivered | HeroMissing)
    if has_failed and not making.plan.planner.has_alternatives(spec):
        return Result(spec, costing(failed(spec, str(error)), error.cost_usd))
    return NotMade(str(error), error.cost_usd, failed=has_failed)


def result_of(spec: ImageSpec, image: Image, stored: StoredImage) -> Result:
    """Return a picture that was made or found, with how it differs from what was ordered."""
    problem = fitness.problem(spec, image)
    thumbnail = stored.thumbnail or ""
    return Result(spec, fitness.with_note(spec, image), thumbnail, stored.preview or thumbnail, problem)


def noted(making: Making, result: Result, instead_of: tuple[ImageSpec, NotMade] | None = None) -> Result:
    """Mark a picture as a fallback where it is one, begin with its web formats, and report it.

    What the bucket did not take is offered to it again, and reported at the end.
    """
    image = result.image
    if instead_of:
        ordered, reason = instead_of
        image = fallen_back(costing(image, reason.cost_usd), ordered, reason.why)
    image, web_formats = begun(making.run, making.inventory, image)
    making.progress.note(image)
    if image.status not in NOT_STORED:
        report(making, image)
    return replace(result, image=image, web_formats=web_formats, instead_of=instead_of)


def report(making: Making, image: Image) -> None:
    """Log and show that a picture is done, well or badly, and emit its event."""
    log_picture(image)
    making.progress.count(image)
    emit_image(image, making.plan.article.user_id, making.plan.slug)


def costing(image: Image, usd: float) -> Image:
    """Return an entry that has cost so much more, in USD."""
    return image.model_copy(update={"cost_usd": round(image.cost_usd + usd, 6)})


def _has_vanished(making: Making, stored: StoredImage) -> bool:
    """Return whether a picture is no longer there. Not by the list alone, since it would be paid for again.

    Raises StorageError where that cannot be known.
    """
    if making.inventory.holds(stored):
        return False
    data = making.run.services.store.get(stored.key)
    return data is None or hashlib.sha256(data).hexdigest() != stored.sha256
