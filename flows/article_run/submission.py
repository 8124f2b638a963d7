"""Rounds: the tasks mapped over specs, and what came of each."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from prefect import unmapped
from prefect.futures import PrefectFuture, as_completed
from prefect.tasks import Task

from blocks.toolbox import Toolbox
from flows.article_run.web_formats import Finishing
from imaging.articles.claim import Claim
from imaging.errors import HeroMissing, ImagesError, NotDelivered, StorageError
from imaging.makers import Provider
from imaging.planning import fitness
from imaging.record import NOT_STORED, Image, StoredImage, as_stored, described, failed, fallen_back
from imaging.spec import ImageSpec
from tasks.cards import draw_platform_card
from tasks.comparison import generate_comparison
from tasks.late import store_late, take_stock_late
from tasks.measuring import tell_of
from tasks.painting import paint_offline
from tasks.policy import Terms
from tasks.predictions import collect_prediction
from tasks.progress import Progress
from tasks.stock import Stock

# In the order in which they are submitted. Chutes comes last: where threads are few, what waits for a model to start
# keeps none from the others.
MAKERS: Mapping[Provider, Task[..., Any]] = {
    "replicate": collect_prediction,
    "pillow": draw_platform_card,
    "painter": paint_offline,
    "chutes": generate_comparison,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a round beside images.

    `vanished`: what the cache knows, and the bucket no longer holds. `declined`: by name, why its maker does not
    make this picture.
    """

    vanished: list[ImageSpec] = field(default_factory=list)
    declined: dict[str, str] = field(default_factory=dict)


@dataclass
class Rounds:
    """The rounds of one run. `images`, `thumbnails` and `previews` are gathered on the way, by the image's name.
    `problems`: by name, how a stored picture differs from what was ordered.

    `stand_ins`: for what a picture stands in, by its name, and why. `in_vain`: what was paid for a picture that did
    not come, in USD by its name: the entry that takes its place says so. `stopped`: what failed since a stop began.
    """

    box: Toolbox
    user_id: str
    stock: Stock
    progress: Progress
    finishing: Finishing
    images: dict[str, Image] = field(default_factory=dict)
    stand_ins: dict[str, tuple[ImageSpec, str]] = field(default_factory=dict)
    thumbnails: dict[str, str] = field(default_factory=dict)
    previews: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    in_vain: dict[str, float] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    _specs: dict[str, ImageSpec] = field(default_factory=dict)

    def make(self, specs: list[ImageSpec], terms: Terms, *, overwrite: bool) -> Outcome:
        """Map the tasks over the specs. `overwrite`: neither the cache nor what lies in the bucket will do."""
        futures = self._submit(specs, terms, overwrite=overwrite)
        outcome = Outcome()
        for future in as_completed(list(futures)):
            self._sort(futures[future], future, outcome, overwrite=overwrite)
        return outcome

    def _submit(
        self, specs: list[ImageSpec], terms: Terms, *, overwrite: bool
    ) -> dict[PrefectFuture[StoredImage], ImageSpec]:
        futures: dict[PrefectFuture[StoredImage], ImageSpec] = {}
        self._specs |= {spec.digest: spec for spec in specs}
        for provider, maker in MAKERS.items():
            mine = [spec for spec in specs if spec.provider == provider]
            earlier = [None if overwrite else self.stock.earlier(spec.digest) for spec in mine]
            task = maker.with_options(refresh_cache=overwrite)
            futures |= zip(task.map(mine, earlier=earlier, terms=unmapped(terms)), mine, strict=True)
        return futures

    def _sort(self, spec: ImageSpec, future: PrefectFuture[StoredImage], into: Outcome, *, overwrite: bool) -> None:
        """Put a finished task where it belongs: one failed image never takes another with it."""
        try:
            stored = future.result()
        except (NotDelivered, HeroMissing) as declined:
            self._spend_in_vain(spec, declined)
            into.declined[spec.name] = str(declined)
            return
        except ImagesError as error:
            self._spend_in_vain(spec, error)
            self.count(failed(spec, str(error)))
            return
        except Exception as error:  # noqa: BLE001 - a bug in one maker must not lose the pictures of the others
            reason = f"unexpected {type(error).__name__}; the task run's log has the details"
            self.count(failed(spec, reason))
            return
        earlier = None if overwrite else self.stock.earlier(spec.digest)
        reused = future.state.name == "Cached" or earlier is not None
        if earlier and not self.stock.holds(stored):
            stored = earlier  # the cached record was this machine's own, and another has made the picture anew since
        image = described(spec, stored, reused=reused, url=self.box.store.url(stored.key))
        try:
            if image.status == "reused" and not self.stock.trouble and self._has_vanished(stored):
                into.vanished.append(spec)
                return
        except StorageError as error:  # it may well be there: it is neither paid for again nor called durable
            self.count(failed(spec, str(error)))
            return
        if stored.thumbnail:
            self.thumbnails[spec.name] = stored.thumbnail
            self.previews[spec.name] = stored.preview or stored.thumbnail
        if problem := fitness.problem(spec, image):
            self.problems[spec.name] = problem
        self.count(fitness.with_note(spec, image))

    def _has_vanished(self, stored: StoredImage) -> bool:
        """Tell whether a picture is no longer there. Not by the list alone, since it would be paid for again.

        Raises StorageError where that cannot be told.
        """
        if self.stock.holds(stored):
            return False
        data = self.box.store.get(stored.key)
        return data is None or hashlib.sha256(data).hexdigest() != stored.sha256

    def offer_again(self, owner: Claim) -> None:
        """Offer the bucket once more what it did not take. One that was away from the beginning is asked first."""
        if self.stock.trouble:
            self.stock = self.finishing.stock = take_stock_late(self.user_id, self.stock.slug, owner)
            if self.stock.trouble:
                return
            for image in list(self.images.values()):
                self._take_over(image)
        waiting = [self._specs[image.digest] for image in self.images.values() if image.status in NOT_STORED]
        for spec, future in zip(waiting, store_late.map(waiting), strict=True):
            with suppress(StorageError):
                if stored := future.result():
                    image = described(spec, stored, reused=False, url=self.box.store.url(stored.key))
                    self.count(fitness.with_note(spec, image))

    def _take_over(self, image: Image) -> None:
        """Hold a durable image against what the bucket, which answers only now, has under its key."""
        if not (stored := as_stored(image)):
            return
        spec = self._specs[image.digest]
        if image.status == "reused" and not self.stock.holds(stored):
            # The record was this machine's own: another may have made the picture anew since, or deleted it.
            earlier = self.stock.earlier(image.digest)
            if earlier is None:
                self.images[image.name] = failed(spec, f"{image.key} is not in the bucket any more: run again")
                return
            image = described(spec, earlier, reused=True, url=self.box.store.url(earlier.key))
        self.images[image.name] = self.finishing.begin(image)

    def _spend_in_vain(self, spec: ImageSpec, error: ImagesError) -> None:
        self.in_vain[spec.name] = self.in_vain.get(spec.name, 0.0) + error.cost_usd

    def count(self, image: Image) -> None:
        """Note that this image is done, well or badly; of one that is not stored yet that is not certain."""
        if in_vain := self.in_vain.get(image.name):
            image = image.model_copy(update={"cost_usd": round(image.cost_usd + in_vain, 6)})
        if image.name in self.stand_ins:
            image = fallen_back(image, *self.stand_ins[image.name])
        image = self.finishing.begin(image)
        if self.box.in_flight.closed and not image.durable:
            self.stopped.add(image.name)
        self.images[image.name] = image
        if image.status not in NOT_STORED:
            self._tell(image)

    def tell_unstored(self) -> None:
        """Tell of the pictures that the bucket has not taken in the end."""
        for image in self.images.values():
            if image.status in NOT_STORED:
                self._tell(image)

    def _tell(self, image: Image) -> None:
        self.progress.count(image)
        tell_of(image, self.user_id, self.stock.slug)
