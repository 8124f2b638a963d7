"""Options that the image tasks share: cache key, run name, retries."""

from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.runtime import task_run

from imaging.errors import ProviderBusy
from imaging.spec import ImageSpec

# Seconds, with jitter; a provider's Retry-After is waited for on top. Pages of feeds (`tasks/sources.py`) are retried
# after the same delays.
RETRY_DELAYS = [1, 3, 9]


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


# No tags: Prefect asks the server for the concurrency limits of a tagged task before it begins.
IMAGE: dict[str, Any] = {"task_run_name": image_name, "cache_key_fn": by_spec}

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
