"""The record of a run that failed or crashed, put together from outside: from the bucket and the task results.

The run itself says nothing any more, and may have been killed in another process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prefect.results import ResultStore

from blocks.brands.reading import read_brand
from blocks.publishing.manifest import written
from blocks.records.inventory import Inventory
from blocks.records.records import Records
from blocks.result_storage import ResultStorage
from blocks.run import Run
from blocks.services import Services
from flows.article_run.plan import Plan, planned_before
from flows.lifecycle.stop_record import images_at_stop
from imaging.articles.article import Article
from imaging.entry import described, entries
from imaging.names import keys
from imaging.record import Image, ImageSet, StoredImage
from imaging.spec import ImageSpec, Kinds
from imaging.validation import parsed


@dataclass(frozen=True, slots=True)
class BadEnd:
    """A run that ended at the moment `ended` without writing its manifest; `why` is the error of missing pictures."""

    article: Article
    slug: str
    only: Kinds
    run_id: str
    ended: datetime
    why: str

    def record(self, run: Run) -> str | None:
        """Write the manifest and return a line for the log; None where the one that exists is true.

        That is so where this run or a later one has written it, or where the bucket has everything that it names and
        the run has made nothing else. Only for the holder of the article's lock. Raises StorageError.
        """
        services = run.services
        document = services.manifests.read(self.article.user_id, self.slug).document
        manifest = parsed(ImageSet, document)
        if manifest and self._is_past(manifest):
            return None
        objects = services.store.list(keys.prefix(self.article.user_id, self.slug))
        inventory = Inventory(slug=self.slug, objects=objects, images=entries(document))
        records = services.records(bucket_answers=True)
        branding = read_brand(services, self.article.user_id)
        article = branding.settled(self.article, services.settings.images_language).article
        plan = planned_before(services, records, article, branding, inventory, only=self.only)
        made = _made(services, records, plan, inventory)
        gone = [image for image in inventory.images if image.durable and not inventory.entry(image.name)]
        if manifest and not made and not gone:
            return None
        images = images_at_stop(run, plan.specs, made, inventory, self.why)
        recorded = written(services, plan.image_set(images, run_id=self.run_id), inventory)
        if recorded.manifest_url is None:
            return recorded.problems[-1]
        there = sum(image.durable for image in images)
        return f"the manifest says what is stored: {there} of {len(images)} pictures"

    def _is_past(self, manifest: ImageSet) -> bool:
        return manifest.flow_run_id == self.run_id or datetime.fromisoformat(manifest.created_at) > self.ended


def _made(services: Services, records: Records, plan: Plan, inventory: Inventory) -> Mapping[str, Image]:
    """Return the entries of pictures that the bucket has and that the last manifest does not know, by name."""
    made: dict[str, Image] = {}
    for spec in plan.specs:
        stored, known = _result(records, spec), inventory.entry(spec.name)
        if stored and inventory.holds(stored) and not (known and known.sha256 == stored.sha256):
            made[spec.name] = described(spec, stored, reused=False, url=services.store.url(stored.key))
    return made


def _result(records: Records, spec: ImageSpec) -> StoredImage | None:
    """Return the task's result, or None where it did not come so far."""
    try:
        result = ResultStore(result_storage=ResultStorage.over(records)).read(spec.cache_key).result
    except ValueError:  # pydantic's too
        return None
    return result if isinstance(result, StoredImage) else None
