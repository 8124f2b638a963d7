"""The flow `article-images`: every picture of one article, made, stored and shown.

    article -> claim -> inventory -> plan -> make -> finish -> publish -> image set

Each step takes values and returns one. Pictures are made by tasks, mapped over the specs of the plan and cached by each
spec's digest. Needs the blocks `b2-images`, `replicate` and `chutes`, or the variables of the same meaning; without
them the storage is embedded and the pictures are painted offline.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

from prefect import flow, unmapped
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from blocks.brands.reading import read_brand
from blocks.budgets.spending import Spending
from blocks.delivery.terms import RunTerms
from blocks.early_loading import load_early
from blocks.observability.telemetry import missing_exporter_once
from blocks.publishing.artifacts import artifact_place
from blocks.publishing.naming import tag_with_tenant
from blocks.publishing.progress import Progress
from blocks.records.claims import wished_slug
from blocks.records.inventory import Inventory
from blocks.result_storage import FLOW_RESULTS, results_kept_in
from blocks.run import Run, begun_run
from flows.article_run.begin import claimed, settled
from flows.article_run.finish import end_state, finished, published
from flows.article_run.making import make
from flows.article_run.pictures import Making
from flows.article_run.plan import planned
from flows.article_run.run_log import log_plan
from flows.article_run.task_runner import check_task_runner, configured_task_runner, tasks_run_here
from flows.lifecycle.heartbeat import heartbeats
from flows.lifecycle.manifest_after_bad_end import record_bad_end
from flows.lifecycle.observed import observed
from flows.lifecycle.stop_record import record_stop
from flows.lifecycle.stoppable import StoppableRun
from flows.lifecycle.stopping import stops_politely_async, unless_interrupted
from flows.lifecycle.worker_thread import WorkerThread
from imaging.articles.article import Article
from imaging.articles.claim import Claim
from imaging.names import record_paths
from imaging.names.run_names import article_run_name
from imaging.record import ImageSet, StoredImage
from imaging.spec import ImageSpec, Kinds
from imaging.validation import labelled
from tasks.pictures.makers import TASKS
from tasks.providers import check_providers

observed()


def run_name() -> str:
    """Runs are named for tenant and slug."""
    article: Article = flow_run.parameters["article"]
    return article_run_name(article.user_id, wished_slug(article))


@flow(
    name="article-images",
    flow_run_name=run_name,
    task_runner=configured_task_runner(),
    persist_result=True,
    result_serializer=FLOW_RESULTS,
    on_failure=[record_bad_end],
    on_crashed=[record_bad_end],
    on_cancellation=[record_bad_end],  # by a worker, where the run was killed before it could
)
async def article_images(
    article: Annotated[Article, labelled("The article")],
    only: Annotated[Kinds, labelled("Only these pictures")] = (),
    refresh: Annotated[bool, labelled("Make again")] = False,
) -> ImageSet | State[ImageSet]:
    """Make, store and show every picture of an article; what is there already is used again.

    Args:
        article: Only the topic is needed.
        only: Just these kinds of picture. None chosen: all.
        refresh: Make again what is there already. This pays again.

    Returns the set. Where something is missing the state is `Completed`, named `Degraded`, and says what.
    Raises InvalidInput and ConfigurationError before anything is spent.
    """
    # The body is plain synchronous code on a thread of its own; the flow is async so that many can run side by
    # side in one process.
    async with stops_politely_async() as stop:
        load_early(article)
        with begun_run() as run, heartbeats(), WorkerThread() as thread:
            stop.use(run)
            check_task_runner(run.services)
            image_set = await unless_interrupted(stop, thread(make_images, run, stop, article, only, refresh=refresh))
    return end_state(image_set)


def make_images(run: Run, stop: StoppableRun, article: Article, only: Kinds, *, refresh: bool) -> ImageSet:
    """Make the article's pictures, from the claim of its slug to the published set."""
    if trouble := missing_exporter_once():
        get_run_logger().warning("%s", trouble)
    tagged = run.background.start(tag_with_tenant, article.user_id)
    providers = check_providers.submit()
    branding = read_brand(run.services, article.user_id)
    article = settled(run, branding, article)
    with claimed(run, article) as inventory:
        branding.check_known(bucket_answers=not inventory.trouble)
        # What tasks write in other processes is not known here.
        held = record_paths.article_records(article.user_id, inventory.slug) if tasks_run_here() else None
        records = run.services.records(bucket_answers=not inventory.trouble, held=held, is_new=inventory.is_new)
        with results_kept_in(records):
            plan = planned(run.services, records, article, branding, inventory, only=only)
            log_plan(run.services, plan, inventory, refresh=refresh)
            place = artifact_place(article.user_id, plan.slug)
            all_there = not refresh and all(inventory.stored(spec.digest) for spec in plan.specs)
            names = [spec.name for spec in plan.specs]
            progress = Progress(f"progress-{place}", names, run, all_there=all_there)
            terms = RunTerms(Claim.of(article), storage_trouble=inventory.trouble, newest_orders=providers.result())
            tagged.result()
            spending = Spending(run.services, records, article.user_id, plan.slug)
            making = Making(run, plan, inventory, spending, terms, progress, submit)
            with stop.recorded_by(partial(record_stop, run, plan, inventory, progress.images)):
                making, results = make(making, refresh=refresh)
                # A bucket that was away when the run began may answer by now.
                with stop.recorded_by(partial(record_stop, run, plan, making.inventory, progress.images)):
                    image_set, results = finished(making, results, records)
                    return published(making, image_set, results, only)


def submit(
    specs: Sequence[ImageSpec], terms: RunTerms, inventory: Inventory, overwrite: bool
) -> Mapping[PrefectFuture[StoredImage], ImageSpec]:
    """Map each maker's task over its specs. `overwrite`: neither the cache nor the picture in the bucket will do."""
    futures: dict[PrefectFuture[StoredImage], ImageSpec] = {}
    for provider, task in TASKS.items():
        if not (mine := [spec for spec in specs if spec.provider == provider]):
            continue
        earlier = [None if overwrite else inventory.stored(spec.digest) for spec in mine]
        mapped = task.with_options(refresh_cache=overwrite).map(mine, earlier=earlier, terms=unmapped(terms))
        futures |= zip(mapped, mine, strict=True)
    return futures
