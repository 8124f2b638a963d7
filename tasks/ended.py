"""The record of a run that failed or crashed, put together from outside: by what lies in the bucket and was noted.

The run itself says nothing any more, and may have been killed in another process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prefect.results import ResultStore

from blocks.logo import logo_sha256
from blocks.records.records import Records
from blocks.result_storage import ResultStorage
from blocks.toolbox import Toolbox
from imaging import keys
from imaging.articles.article import Article
from imaging.errors import ImagesError
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage, described
from imaging.spec import ImageSpec, Kind
from tasks.recording import write_manifest
from tasks.stock import Stock, entries, parsed
from tasks.stopped import images_at_stop
from tasks.wording import kept_words


@dataclass(frozen=True, slots=True)
class BadEnd:
    """A run that ended at the moment `ended` without writing its manifest; `why` is for what is missing."""

    article: Article
    slug: str
    only: Sequence[Kind]
    run_id: str
    ended: datetime
    why: str

    def record(self, box: Toolbox) -> str | None:
        """Write the manifest and return what to tell; None where the one that is there is true.

        That is so where this run or a later one has written it, or where everything that it names lies there and the
        run has made nothing else. Only for whoever holds the article's lock. Raises StorageError.
        """
        document = box.manifests.read(self.article.user_id, self.slug).document
        manifest = parsed(ImageSet, document)
        if manifest and self._is_past(manifest):
            return None
        objects = box.store.list(keys.prefix(self.article.user_id, self.slug))
        stock = Stock(slug=self.slug, objects=objects, images=entries(document))
        records = box.records(bucket_answers=True)
        specs = [spec for spec in self._plan(box, records, stock) if not self.only or spec.kind in self.only]
        made = _made(box, records, specs, stock)
        gone = [image for image in stock.images if image.durable and not stock.lying(image.name)]
        if manifest and not made and not gone:
            return None
        images = images_at_stop(specs, made, stock, self.why)
        recorded = write_manifest.fn(self._image_set(images), stock)
        if recorded.manifest_url is None:
            return recorded.problems[-1]
        there = sum(image.durable for image in images)
        return f"the manifest says what is stored: {there} of {len(images)} pictures"

    def _is_past(self, manifest: ImageSet) -> bool:
        return manifest.flow_run_id == self.run_id or datetime.fromisoformat(manifest.created_at) > self.ended

    def _plan(self, box: Toolbox, records: Records, stock: Stock) -> list[ImageSpec]:
        logo = self.article.brand.logo
        try:
            sha256 = logo_sha256(box, self.article.user_id, logo) if logo else None
        except ImagesError:
            sha256 = None
        specs = Planner(self.article, self.slug, box.models, box.providers, sha256, stored=stock.objects).specs()
        return kept_words(records, self.article.user_id, self.slug).applied(specs)

    def _image_set(self, images: list[Image]) -> ImageSet:
        return ImageSet(
            user_id=self.article.user_id,
            slug=self.slug,
            topic=self.article.topic,
            article_id=self.article.article_id,
            language=self.article.language,
            flow_run_id=self.run_id,
            images=images,
        )


def _made(box: Toolbox, records: Records, specs: Sequence[ImageSpec], stock: Stock) -> Mapping[str, Image]:
    """Return the entries of pictures that lie there and that the last manifest does not know, by name."""
    made: dict[str, Image] = {}
    for spec in specs:
        stored, known = _noted(records, spec), stock.lying(spec.name)
        if stored and stock.holds(stored) and not (known and known.sha256 == stored.sha256):
            made[spec.name] = described(spec, stored, reused=False, url=box.store.url(stored.key))
    return made


def _noted(records: Records, spec: ImageSpec) -> StoredImage | None:
    """Return what the task noted as its result, or None where it did not come so far."""
    try:
        result = ResultStore(result_storage=ResultStorage.over(records)).read(spec.cache_key).result
    except ValueError:  # pydantic's too
        return None
    return result if isinstance(result, StoredImage) else None
