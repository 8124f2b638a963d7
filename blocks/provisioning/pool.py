"""The work pool for the runs of deployments."""

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

POOL = "images"
# Each run is a process of about 200 MB that calls the API frequently: a hundred events at once would overload a
# worker's machine, and an SQLite database.
RUNS_AT_ONCE = 8


def ensure_pool(client: SyncPrefectClient) -> str:
    """Create the pool unless one exists, of any type and limit. Return what was done."""
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(
                name=POOL,
                type="process",
                description="Runs of article-images, each in a process of its own",
                base_job_template=ProcessWorker.get_default_base_job_template(),
                concurrency_limit=RUNS_AT_ONCE,
            )
        )
        return f"created, of type process, {RUNS_AT_ONCE} runs at once"
    at_once = "any number of" if pool.concurrency_limit is None else pool.concurrency_limit
    return f"there already, of type {pool.type}, {at_once} runs at once"
