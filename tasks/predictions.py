"""Pictures by Replicate: create a prediction and keep its id, then wait for it, fetch it, store it.

Cache: both steps on the spec's digest. The id is persisted before anything is waited for, so that a run that
was killed collects what it paid for. Needs the block `replicate` (or `REPLICATE_API_TOKEN`).
"""

from typing import cast

from prefect import task
from prefect.logging import get_run_logger
from prefect.results import get_result_store
from prefect.runtime import task_run
from prefect.transactions import CommitMode, transaction
from pydantic import BaseModel, ConfigDict

from blocks.ledger import Ledger
from blocks.replicate import Replicate
from blocks.results import SharedResults
from blocks.toolbox import toolbox
from imaging.errors import ConfigurationError, PredictionEnded, ProviderBusy, ProviderError
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.policy import CACHED, IMAGE, RETRIED, Terms, by_spec_prediction, prediction_name
from tasks.storing import Made, keep, kept_before


class Started(BaseModel):
    """A prediction that is under way or done; `created` tells whether this task created it or found it."""

    model_config = ConfigDict(frozen=True)

    prediction_id: str
    created: bool


@task(task_run_name=prediction_name, cache_key_fn=by_spec_prediction, **CACHED, **RETRIED)
def start_prediction(spec: ImageSpec, anew: bool = False) -> Started:
    """Create a prediction for `spec`, or find the one that was. Cached until its picture can no longer be had.

    `anew`: the last one is not wanted any more.
    """
    replicate, ledger = _replicate(), _ledger()
    last = ledger.last(spec)
    if last and last.prediction_id and not anew:
        # The run was killed after the ledger's entry, before the result's.
        return Started(prediction_id=last.prediction_id, created=False)
    if last and not last.prediction_id and (found := replicate.find(spec, last.at, last.before)):
        get_run_logger().info("%s: prediction %s of an attempt whose answer was lost is adopted", spec.name, found)
        return Started(prediction_id=ledger.settle(spec, last, found), created=False)
    with toolbox().in_flight.paying():
        attempt = ledger.begin(spec, last)
        return Started(prediction_id=ledger.settle(spec, attempt, replicate.create(spec)), created=True)


@task(**IMAGE, **CACHED, **RETRIED)
def collect_prediction(spec: ImageSpec, terms: Terms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, made by Replicate and stored: `earlier` where it already lies in the bucket."""
    if earlier:
        return earlier
    if kept := kept_before(spec, terms):
        return kept
    # A retry of this very task must not pay again for what its first try created.
    anew = terms.anew and task_run.run_count == 1
    prediction_id, is_new = _prediction(spec, anew=anew)
    try:
        data, address = _fetch(prediction_id)
    except PredictionEnded:
        if is_new:
            raise
        # An earlier run's prediction that failed, or whose output is gone after its hour.
        prediction_id, _ = _prediction(spec, anew=True)
        data, address = _fetch(prediction_id)
    cost = _ledger().bill(spec)
    return keep(spec, data, terms, cost_usd=cost, prediction_id=prediction_id, provider_url=address)


def _prediction(spec: ImageSpec, *, anew: bool) -> tuple[str, bool]:
    """Return the id of a prediction for `spec`, and whether it was created just now."""
    # Eager: the id is written when the inner task ends. By default it would wait for the outer one's commit,
    # and a run killed while it waits for the picture would have lost what it paid for.
    with transaction(commit_mode=CommitMode.EAGER):
        state = start_prediction.with_options(refresh_cache=anew)(spec, anew, return_state=True)
    try:
        started: Started = state.result()
    except ProviderBusy as busy:
        raise ProviderError(str(busy)) from None  # the inner task has tried it all; the outer must not multiply that
    return started.prediction_id, started.created and state.name != "Cached"


def _fetch(prediction_id: str) -> tuple[bytes, str]:
    with toolbox().in_flight.waiting(prediction_id):
        address = _replicate().collect(prediction_id)
    return toolbox().downloader.fetch(address), address


def _ledger() -> Ledger:
    return Ledger(cast(SharedResults, get_result_store().result_storage))


def _replicate() -> Replicate:
    block = toolbox().replicate
    if block is None:
        raise ConfigurationError("REPLICATE_API_TOKEN: is not set where this task runs")
    return block
