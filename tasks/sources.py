"""The pages of a feed."""

from prefect import Task, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger

from blocks.network.addresses import HostRules
from blocks.run import current_run
from blocks.sources.feeds import FeedPage, FeedReader
from imaging.errors import SourceBusy
from tasks.task_options import RETRIED


def _worth_a_retry(_task: Task[..., FeedPage], _run: TaskRun, state: State[FeedPage]) -> bool:
    return isinstance(state.data, SourceBusy)


@task(
    task_run_name="feed page {number}",
    persist_result=False,
    **RETRIED | {"retry_condition_fn": _worth_a_retry},
)
def fetch_page(number: int, url: str, address: str, place: str) -> FeedPage:
    """Fetch a page of the feed at `address`; it is kept under `place`. Raises as `FeedReader.page`."""
    services = current_run().services
    private = HostRules.parse(services.settings.images_download_hosts).private
    page = FeedReader(address, services.records(bucket_answers=True), place, private).page(number, url)
    get_run_logger().info("%s bytes%s", len(page.body), ", not modified" if page.unchanged else "")
    return page
