"""The task runner of a run, by IMAGES_TASK_RUNNER: threads of its process, or a Dask cluster.

A cluster of one's own takes seconds to start, so a process has one for all of its runs, and not one for each.
"""

from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, cast

from prefect.context import FlowRunContext
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from blocks.configuration.settings import load_settings
from blocks.services import Services
from imaging.errors import ConfigurationError

THREADS, OWN_CLUSTER = "threads", "dask"


def threads(number: int) -> TaskRunner[Any]:
    """Return so many threads for the tasks of one run."""
    return ThreadPoolTaskRunner(max_workers=number)


def task_runner(where: str, here: TaskRunner[Any]) -> TaskRunner[Any]:
    """Return the task runner that is set: `here`, the threads of this process, or a Dask cluster."""
    if where == THREADS or not _dask_is_installed():
        return here
    from prefect_dask import DaskTaskRunner

    dask = DaskTaskRunner(cluster_class=_own_cluster) if where == OWN_CLUSTER else DaskTaskRunner(address=where)
    return cast(TaskRunner[Any], dask)


def configured_task_runner() -> TaskRunner[Any]:
    """Return the task runner for a run that has the process to itself. Raises nothing: the run says what is wrong."""
    try:
        settings = load_settings()
    except ConfigurationError:
        return threads(1)
    return task_runner(settings.images_task_runner, threads(settings.images_concurrency))


def tasks_run_here() -> bool:
    """Return whether the tasks of this flow run are threads of its process."""
    run = FlowRunContext.get()
    return run is not None and isinstance(run.task_runner, ThreadPoolTaskRunner)


def check_task_runner(services: Services) -> None:
    """Raise ConfigurationError where what is set cannot run our tasks."""
    where = services.settings.images_task_runner
    if where == THREADS:
        return
    if not _dask_is_installed():
        raise ConfigurationError(f"IMAGES_TASK_RUNNER: {where} needs Dask, which is not installed here: make dask")
    if services.embedded:
        raise ConfigurationError(f"IMAGES_TASK_RUNNER: {where} needs a bucket that its workers reach: set B2_*")


def _dask_is_installed() -> bool:
    return find_spec("prefect_dask") is not None


def _own_cluster() -> AbstractContextManager[Any]:
    """Return the cluster of this process as what a run may enter and leave; it ends with the process."""
    return nullcontext(_cluster())


@lru_cache(maxsize=1)
def _cluster() -> Any:
    from distributed import LocalCluster

    return LocalCluster(dashboard_address=None)
