"""The flow `article-images`: every picture of one article, made, stored and shown.

    article ──▶ plan ──▶ specs ──▶ tasks, mapped and cached by each spec's digest ──▶ image set
                                   (predictions, comparison, cards, painting)         (manifest, artifacts, event)

Needs the blocks `b2-images`, `replicate` and `chutes`, or the variables of the same meaning; without them the
storage is embedded and the pictures are painted offline.
"""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any, cast

from prefect import flow, unmapped
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext, SyncClientContext
from prefect.futures import PrefectFuture, as_completed
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task

from blocks.lock import one_at_a_time
from blocks.logo import logo_sha256
from blocks.results import SharedResults
from blocks.settings import load_settings
from blocks.toolbox import Toolbox, toolbox_for_run
from flows.heartbeat import heartbeats
from flows.stoppable import StoppableRun
from flows.stopping import keeping_signals, stops_politely
from imaging.article import Article
from imaging.claim import Claim
from imaging.errors import ConfigurationError, ImagesError, StorageError
from imaging.plan import Planner
from imaging.record import Image, ImageSet, StoredImage, described, failed
from imaging.slug import slugify
from imaging.spec import ImageSpec, Kind, Provider
from tasks.cards import draw_platform_card
from tasks.comparison import generate_comparison
from tasks.painting import paint_offline
from tasks.policy import Terms
from tasks.predictions import collect_prediction
from tasks.progress import Progress
from tasks.recording import announce, artifact_place, show, write_manifest, write_page
from tasks.stock import check_providers, claim_slug, take_stock
from tasks.stopped import images_at_stop, stock_now

MAKERS: Mapping[Provider, Task[..., Any]] = {
    "replicate": collect_prediction,
    "chutes": generate_comparison,
    "pillow": draw_platform_card,
    "painter": paint_offline,
}


def run_name() -> str:
    """Runs are named for tenant and slug."""
    article = flow_run.parameters["article"]
    fields = article if isinstance(article, dict) else article.model_dump()
    return f"{fields.get('user_id', 'default')}/{fields.get('slug') or slugify(str(fields['topic']))}"


def _concurrency() -> int:
    try:
        return load_settings().images_concurrency
    except ConfigurationError:
        return 32  # the run itself says what is wrong


@flow(
    name="article-images",
    flow_run_name=run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=_concurrency()),  # type: ignore[arg-type] # invariant generic
    persist_result=True,
    result_serializer="json",
)
async def article_images(
    article: Article, only: list[Kind] | None = None, refresh: bool = False
) -> ImageSet | State[ImageSet]:
    """Make, store and show every picture of an article; what is there already is used again.

    Args:
        article: the article; only its topic is required.
        only: make just these kinds of picture.
        refresh: make anew what is cached. This pays again.

    Returns the set. Where something is missing the state is `Completed`, named `Degraded`, and says what.
    Raises InvalidInput and ConfigurationError before anything is spent.
    """
    # The body is plain synchronous code in a thread of its own; the flow is async so that many can run side by
    # side in one process. One client for all tasks: without it each makes its own, TLS context and all.
    with (
        toolbox_for_run() as box,
        SyncClientContext.get_or_create(),
        stops_politely(box) as run,
        heartbeats(),
        ThreadPoolExecutor(1) as thread,
    ):
        body = partial(copy_context().run, ArticleRun(box, run, article, refresh=refresh).make, only)
        image_set = await keeping_signals(asyncio.get_running_loop().run_in_executor(thread, body))
    if image_set.status == "complete":
        return image_set
    return Completed(name="Degraded", message="; ".join(image_set.troubles)[:2000], data=image_set)


class ArticleRun:
    """One article's way through a run."""

    def __init__(self, box: Toolbox, run: StoppableRun, article: Article, *, refresh: bool) -> None:
        self.box = box
        self.run = run
        self.article = article
        self.refresh = refresh
        self.problems: list[str] = []
        self.images: dict[str, Image] = {}
        self.thumbnails: dict[str, str] = {}

    def make(self, only: list[Kind] | None) -> ImageSet:
        """Find the article's slug; then, one run an article at a time, make it."""
        check_providers()
        # Two locks, since articles that only share a topic's slug must not wait for each other's pictures.
        with self._alone("claim", self.article.slug or slugify(self.article.topic)):
            claimed = claim_slug(self.article)
        with self._alone("run", claimed.slug):
            self.stock = take_stock(self.article, claimed)
            return self._make(only)

    @contextmanager
    def _alone(self, purpose: str, slug: str) -> Iterator[None]:
        folder = self.box.settings.images_data_dir.resolve() / "locks"
        lock = one_at_a_time(f"article-images.{purpose}.{self.article.user_id}.{slug}", folder)
        with lock as self.box.in_flight.lease:
            yield

    def _make(self, only: list[Kind] | None) -> ImageSet:
        specs = [spec for spec in self._plan() if not only or spec.kind in only]
        with self.run.recorded_by(partial(self._record_stop, specs)):
            return self._make_specs(specs)

    def _make_specs(self, specs: list[ImageSpec]) -> ImageSet:
        self.progress = Progress(f"progress-{artifact_place(self.article.user_id, self.stock.slug)}", len(specs))
        self.images = {spec.name: paid for spec in specs if (paid := self._paid_before(spec))}
        for image in self.images.values():
            self.progress.count(image)
        with self._shared_results() as results:
            self._make_all([spec for spec in specs if spec.name not in self.images])
        if results.trouble:
            self.problems.append(f"others may pay again, records are on this machine alone: {results.trouble}")
        with self.box.in_flight.storing():
            image_set = write_manifest(self._image_set([self.images[spec.name] for spec in specs]), self.stock)
        show(image_set, self.thumbnails)
        write_page(image_set, self.thumbnails)
        announce(image_set)
        return image_set

    def _record_stop(self, specs: list[ImageSpec], why: str) -> ImageSet:
        """Write the manifest of a run that is stopped, beside whatever still goes on. Raises StorageError."""
        stock = stock_now(self.article.user_id, self.stock)
        return write_manifest.fn(self._image_set(images_at_stop(specs, dict(self.images), stock, why)), stock)

    def _image_set(self, images: list[Image]) -> ImageSet:
        return ImageSet(
            user_id=self.article.user_id,
            slug=self.stock.slug,
            topic=self.article.topic,
            article_id=self.article.article_id,
            flow_run_id=flow_run.id,
            images=images,
            problems=self.problems,
        )

    @contextmanager
    def _shared_results(self) -> Iterator[SharedResults]:
        """Keep the results of this run's tasks where every run of the article finds them.

        Through the run's context: a task's own `result_storage` must be a saved block, and credentials that
        come from the environment are not to be saved behind the user's back.
        """
        results = self.box.results(bucket_answers=self.stock.trouble is None)
        run = cast(FlowRunContext, FlowRunContext.get())
        store = run.result_store.model_copy(update={"result_storage": results})
        with run.model_copy(update={"result_store": store}):
            yield results

    def _plan(self) -> list[ImageSpec]:
        planner = Planner(
            self.article, self.stock.slug, self.box.settings.models, self.box.providers, self._logo_sha256()
        )
        return planner.specs()

    def _paid_before(self, spec: ImageSpec) -> Image | None:
        """Return the picture that a vendor made for this place, where only the painter is left: it is not replaced."""
        paid = self.stock.paid(spec.name) if spec.provider == "painter" else None
        if paid is None:
            return None
        changes = {"status": "reused", "cost_usd": 0.0, "url": self.box.store.url(str(paid.key)), "error": None}
        return paid.model_copy(update=changes)

    def _logo_sha256(self) -> str | None:
        logo = self.article.brand.logo
        if logo is None:
            return None
        try:
            return logo_sha256(self.box, self.article.user_id, logo)
        except StorageError as error:
            self.problems.append(f"the cards have no logo: {error}")
            return None

    def _make_all(self, specs: list[ImageSpec]) -> None:
        """Make the images; what the cache knows but the bucket no longer holds is made anew."""
        vanished = self._round(specs, self._terms(anew=self.refresh), overwrite=self.refresh)
        if vanished:
            self._round(vanished, self._terms(anew=False), overwrite=True)

    def _terms(self, *, anew: bool) -> Terms:
        return Terms(owner=Claim.of(self.article), anew=anew, storage_trouble=self.stock.trouble)

    def _round(self, specs: list[ImageSpec], terms: Terms, *, overwrite: bool) -> list[ImageSpec]:
        """Map the tasks over the specs and note the images; return the specs whose objects have vanished."""
        futures = self._submit(specs, terms, overwrite=overwrite)
        vanished: list[ImageSpec] = []
        for future in as_completed(list(futures)):
            spec = futures[future]
            image, stored = self._outcome(spec, future, overwrite=overwrite)
            if image.status == "reused" and stored and not (self.stock.trouble or self.stock.holds(stored)):
                vanished.append(spec)
                continue
            self.images[spec.name] = image
            if stored and stored.thumbnail:
                self.thumbnails[spec.name] = stored.thumbnail
            self.progress.count(image)
        return vanished

    def _submit(
        self, specs: list[ImageSpec], terms: Terms, *, overwrite: bool
    ) -> dict[PrefectFuture[StoredImage], ImageSpec]:
        futures: dict[PrefectFuture[StoredImage], ImageSpec] = {}
        for provider, maker in MAKERS.items():
            mine = [spec for spec in specs if spec.provider == provider]
            earlier = [None if overwrite else self.stock.earlier(spec.digest) for spec in mine]
            task = maker.with_options(refresh_cache=overwrite)
            futures |= zip(task.map(mine, earlier=earlier, terms=unmapped(terms)), mine, strict=True)
        return futures

    def _outcome(
        self, spec: ImageSpec, future: PrefectFuture[StoredImage], *, overwrite: bool
    ) -> tuple[Image, StoredImage | None]:
        """Turn a finished task into the set's entry: one failed image never takes another with it."""
        try:
            stored = future.result()
        except ImagesError as error:
            return failed(spec, str(error)), None
        except Exception as error:  # noqa: BLE001 - a bug in one maker must not lose the pictures of the others
            return failed(spec, f"unexpected {type(error).__name__}; the task run's log has the details"), None
        reused = future.state.name == "Cached" or (not overwrite and self.stock.earlier(spec.digest) is not None)
        return described(spec, stored, reused=reused, url=self.box.store.url(stored.key)), stored
