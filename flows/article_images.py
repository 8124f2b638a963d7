"""The flow `article-images`: every picture of one article, made, stored and shown.

    article ──▶ plan ──▶ specs ──▶ tasks, mapped and cached by each spec's digest ──▶ image set
                                   (predictions, comparison, cards, painting)         (manifest, artifacts, event)

Needs the blocks `b2-images`, `replicate` and `chutes`, or the variables of the same meaning; without them the
storage is embedded and the pictures are painted offline.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.context import SyncClientContext
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed

from blocks.locks.article_lock import one_at_a_time
from blocks.logo import logo_sha256
from blocks.observability.telemetry import missing_exporter_once
from blocks.records.records import Records
from blocks.result_storage import results_kept_in
from blocks.toolbox import Toolbox, toolbox_for_run
from flows.article_run.fallbacks import Making
from flows.article_run.run_log import tell_end, tell_plan, tell_retitled
from flows.article_run.submission import Rounds
from flows.article_run.task_runner import check_task_runner, configured_task_runner
from flows.article_run.web_formats import Finishing
from flows.lifecycle.ending import tell_the_truth
from flows.lifecycle.heartbeat import heartbeats
from flows.lifecycle.observed import observed
from flows.lifecycle.stoppable import StoppableRun
from flows.lifecycle.stopping import stops_politely_async, unless_interrupted
from flows.lifecycle.worker_thread import Aside
from imaging import keys
from imaging.articles.article import Article
from imaging.errors import StorageError
from imaging.planning.plan import Planner
from imaging.record import UNSHARED, Image, ImageSet
from imaging.spec import ImageSpec, Kinds
from tasks.again import run_again
from tasks.claiming import claim_slug, wished_slug
from tasks.naming import named, rename_run, tag_with_tenant
from tasks.page import publish_page, write_page
from tasks.progress import Progress
from tasks.recording import announce, artifact_place, show, write_manifest
from tasks.sharing import check_shares
from tasks.spending import Spending
from tasks.stock import check_providers, take_stock
from tasks.stopped import images_at_stop, stock_now
from tasks.wording import worded

observed()


def run_name() -> str:
    """Runs are named for tenant and slug."""
    article: Article = flow_run.parameters["article"]
    return named(article.user_id, wished_slug(article))


@flow(
    name="article-images",
    flow_run_name=run_name,
    task_runner=configured_task_runner(),
    persist_result=True,
    # Plain "json" reaches a caller in another process as a dict: Prefect 3.8 takes its field `data` for an old format.
    result_serializer="compressed/json",
    on_failure=[tell_the_truth],
    on_crashed=[tell_the_truth],
    on_cancellation=[tell_the_truth],  # by a worker, where the run was killed before it could
)
async def article_images(article: Article, only: Kinds = (), refresh: bool = False) -> ImageSet | State[ImageSet]:
    """Make, store and show every picture of an article; what is there already is used again.

    Args:
        article: Only the topic is needed.
        only: Just these kinds of picture; none chosen means all.
        refresh: Make anew what is there already. This pays again.

    Returns the set. Where something is missing the state is `Completed`, named `Degraded`, and says what.
    Raises InvalidInput and ConfigurationError before anything is spent.
    """
    # The body is plain synchronous code in a thread of its own; the flow is async so that many can run side by
    # side in one process. One client for all tasks: without it each makes its own, TLS context and all.
    async with stops_politely_async() as run:
        with toolbox_for_run() as box, SyncClientContext.get_or_create(), heartbeats(), Aside() as aside:
            run.use(box)
            check_task_runner(box)
            image_set = await unless_interrupted(run, aside(ArticleRun(box, run, article, refresh=refresh).make, only))
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

    def make(self, only: Kinds) -> ImageSet:
        """Find the article's slug; then, one run an article at a time, make it."""
        if trouble := missing_exporter_once():
            get_run_logger().warning("%s", trouble)
        tag_with_tenant(self.article.user_id)
        self.newest_prediction = check_providers()
        # Two locks, since articles that only share a topic's slug must not wait for each other's pictures.
        wished = wished_slug(self.article)
        with self._alone("claim", wished):
            claimed = claim_slug(self.article)
        if claimed.slug != wished:
            rename_run(named(self.article.user_id, claimed.slug))
        if claimed.title_before:
            tell_retitled(named(self.article.user_id, claimed.slug), claimed.title_before)
        with self._alone("run", claimed.slug):
            self.stock = take_stock(self.article.user_id, claimed.slug, claimed.trouble)
            return self._make(only)

    @contextmanager
    def _alone(self, purpose: keys.Purpose, slug: str) -> Iterator[None]:
        lock = one_at_a_time(keys.article_lock(purpose, self.article.user_id, slug), self.box.locks)
        with lock as self.box.in_flight.lease:
            yield

    def _make(self, only: Kinds) -> ImageSet:
        box, stock = self.box, self.stock
        planner = Planner(
            self.article, stock.slug, box.models, box.providers, self._logo_sha256(), stored=stock.objects
        )
        with self._shared_results() as results:
            plan = worded(self.article, planner.specs(), self.stock, results)
            specs = [spec for spec in plan if not only or spec.kind in only]
            tell_plan(self.box, specs, self.stock, refresh=self.refresh)
            progress = Progress(f"progress-{artifact_place(self.article.user_id, self.stock.slug)}", len(specs))
            finishing = Finishing(self.stock, self.box.store.url)
            rounds = Rounds(self.box, self.article.user_id, self.stock, progress, finishing)
            with self.run.recorded_by(partial(self._record_stop, specs, rounds)):
                self._make_specs(specs, planner, rounds, results)
                return self._finish(specs, only, rounds)

    def _make_specs(self, specs: list[ImageSpec], planner: Planner, rounds: Rounds, results: Records) -> None:
        spending = Spending(self.box, results, self.article.user_id, self.stock.slug)
        making = Making(self.article, planner, rounds, spending, self.refresh, self.newest_prediction)
        images = making.make(specs)
        if self.stock.trouble or results.trouble:
            self.stock = rounds.stock
            self._share_late(results)
        spending.settle(specs, sum(image.cost_usd for image in images.values()))
        self.problems += rounds.finishing.end(images)
        if results.trouble:
            self.problems.append(f"{UNSHARED}: {results.trouble}")

    def _share_late(self, results: Records) -> None:
        """Hand over the records that only this machine has, if the bucket takes them now."""
        if not self.stock.trouble and not self.box.embedded:
            results.catch_up(self.box.store)

    def _finish(self, specs: list[ImageSpec], only: Kinds, rounds: Rounds) -> ImageSet:
        """Write the set down and show it, wherever people and programs look for it."""
        images = [rounds.images[spec.name] for spec in specs]
        self.problems += [rounds.problems[image.name] for image in images if image.name in rounds.problems]
        self.problems += check_shares(images)
        image_set = self._image_set(images)
        with self.box.in_flight.storing():
            image_set = publish_page(image_set, self.stock, rounds.previews, self.article.excerpt)
            image_set = write_manifest(image_set, self.stock)
        show(image_set, rounds.thumbnails, again=run_again(self.article, only))
        write_page(image_set, rounds.previews, self.article.excerpt)
        announce(image_set)
        tell_end(image_set)
        return image_set

    def _record_stop(self, specs: list[ImageSpec], rounds: Rounds, why: str) -> ImageSet:
        """Write the manifest of a run that is stopped, beside whatever still goes on. Raises StorageError."""
        stock = stock_now(self.article.user_id, self.stock)
        seen = {name: image for name, image in rounds.images.copy().items() if name not in rounds.stopped}
        return write_manifest.fn(self._image_set(images_at_stop(specs, seen, stock, why)), stock)

    def _image_set(self, images: list[Image]) -> ImageSet:
        return ImageSet(
            user_id=self.article.user_id,
            slug=self.stock.slug,
            topic=self.article.topic,
            article_id=self.article.article_id,
            language=self.article.language,
            flow_run_id=flow_run.id,
            images=images,
            problems=self.problems,
        )

    @contextmanager
    def _shared_results(self) -> Iterator[Records]:
        """Keep the results of this run's tasks where every run of the article finds them.

        Through the run's context: a task's own `result_storage` must be a saved block, and credentials that
        come from the environment are not to be saved behind the user's back.
        """
        results = self.box.records(bucket_answers=self.stock.trouble is None)
        with results_kept_in(results):
            yield results

    def _logo_sha256(self) -> str | None:
        logo = self.article.brand.logo
        if logo is None:
            return None
        try:
            return logo_sha256(self.box, self.article.user_id, logo)
        except StorageError as error:
            self.problems.append(f"the cards have no logo: {error}")
            return None
