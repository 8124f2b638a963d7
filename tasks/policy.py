"""The policy that the image tasks share: cache key, run name, what is worth a retry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.runtime import task_run

from imaging.articles.claim import Claim
from imaging.errors import ProviderBusy
from imaging.spec import ImageSpec

RETRY_DELAYS = [1, 3, 9]  # seconds, with jitter; a provider's Retry-After is waited for on top


def by_spec(_context: TaskRunContext, parameters: dict[str, Any]) -> str:
    """Cache key of a made picture: exactly what changes its pixels or its place."""
    spec: ImageSpec = parameters["spec"]
    return spec.cache_key


def image_name() -> str:
    """Task runs are named for their image: `hero`, `instagram`."""
    spec: ImageSpec = task_run.parameters["spec"]
    return spec.name


def prediction_name() -> str:
    """The step that costs money stands beside its image: `hero (create)`."""
    return f"{image_name()} (create)"


def worth_a_retry(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Passing trouble alone is worth a retry; what cannot succeed (401, 402, 404, 422, moderation) is not."""
    return isinstance(state.data, ProviderBusy)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every image of a run.

    `owner`: whose article it is. `anew`: `--refresh` was asked for. `storage_trouble`: why the bucket did not answer
    when the run began, if so: then the article's slug is still to be claimed. `newest_prediction`: the newest one of
    Replicate's account before this run ordered any, as `check_providers` returns it. `unnamed`: the objects (bytes
    and ETag by key) that no manifest names. `single`: names of images that the budget has no room to ask for twice.
    """

    owner: Claim
    anew: bool = False
    storage_trouble: str | None = None
    newest_prediction: str | None = None
    unnamed: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    single: frozenset[str] = frozenset()


# One set of tags for all image tasks: Prefect asks the server for each set's concurrency limits, and when two sets
# are asked for at the same moment SQLite refuses one of them, which costs that run two seconds.
IMAGE: dict[str, Any] = {"tags": ["image"], "task_run_name": image_name, "cache_key_fn": by_spec}

# Results are small JSON documents, read by other processes: nothing is kept in memory, where an object
# deleted behind our back would go unnoticed.
CACHED: dict[str, Any] = {
    "persist_result": True,
    "result_serializer": "json",
    "cache_result_in_memory": False,
}
RETRIED: dict[str, Any] = {
    "retries": len(RETRY_DELAYS),
    "retry_delay_seconds": RETRY_DELAYS,
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": worth_a_retry,
}
