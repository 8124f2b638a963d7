"""Pictures by Replicate: create a prediction and keep its id, then wait for it, fetch it, store it.

Cache: both steps on the spec's digest. The id is persisted before anything is waited for, so that a run that
was killed collects what it paid for. Needs the block `replicate` (or `REPLICATE_API_TOKEN`).
"""

from prefect import task
from prefect.runtime import task_run
from prefect.transactions import CommitMode, transaction

from blocks.replicate import Replicate
from blocks.toolbox import toolbox
from imaging.errors import ConfigurationError, PredictionEnded
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.policy import CACHED, IMAGE, RETRIED, Terms, by_spec_prediction, prediction_name
from tasks.storing import Made, keep


@task(task_run_name=prediction_name, cache_key_fn=by_spec_prediction, **CACHED, **RETRIED)
def start_prediction(spec: ImageSpec) -> str:
    """Create a prediction for `spec` and return its id. Cached until its picture can no longer be had."""
    return _replicate().create(spec)


@task(**IMAGE, **CACHED, **RETRIED)
def collect_prediction(spec: ImageSpec, terms: Terms, earlier: StoredImage | None = None) -> Made:
    """Return `spec`'s picture, made by Replicate and stored: `earlier` where it already lies in the bucket."""
    if earlier:
        return earlier
    # A retry of this very task must not pay again for what its first try created.
    anew = terms.anew and task_run.run_count == 1
    prediction_id, known = _prediction(spec, anew=anew)
    try:
        data, address = _fetch(prediction_id)
    except PredictionEnded:
        if not known:
            raise
        # An earlier run's prediction that failed, or whose output is gone after its hour.
        prediction_id, _ = _prediction(spec, anew=True)
        data, address = _fetch(prediction_id)
    return keep(spec, data, terms, prediction_id=prediction_id, provider_url=address)


def _prediction(spec: ImageSpec, *, anew: bool) -> tuple[str, bool]:
    """Return the id of a prediction for `spec`, and whether an earlier run created it."""
    # Eager: the id is written when the inner task ends. By default it would wait for the outer one's commit,
    # and a run killed while it waits for the picture would have lost what it paid for.
    with transaction(commit_mode=CommitMode.EAGER):
        state = start_prediction.with_options(refresh_cache=anew)(spec, return_state=True)
    return state.result(), state.name == "Cached"


def _fetch(prediction_id: str) -> tuple[bytes, str]:
    address = _replicate().collect(prediction_id)
    return toolbox().downloader.fetch(address), address


def _replicate() -> Replicate:
    block = toolbox().replicate
    if block is None:
        raise ConfigurationError("REPLICATE_API_TOKEN: is not set where this task runs")
    return block
