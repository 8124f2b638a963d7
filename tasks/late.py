"""What the bucket did not take when it was made, or when the run began, is offered to it once more before the end."""

from prefect import task
from prefect.runtime import task_run

from blocks.toolbox import toolbox
from imaging.articles.claim import Claim
from imaging.errors import StorageError
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.claiming import owns_slug
from tasks.stock import Stock, stock_of
from tasks.storing import store


def late_name() -> str:
    """Task runs stand beside their image: `hero (stored late)`."""
    spec: ImageSpec = task_run.parameters["spec"]
    return f"{spec.name} (stored late)"


@task(task_run_name=late_name, tags=["image"], persist_result=False)
def store_late(spec: ImageSpec) -> StoredImage | None:
    """Store the picture of `spec` that this run has made; None where it is not here. Raises StorageError."""
    box = toolbox()
    kept = box.unstored.get(spec.digest) or box.spool.read(spec.digest)
    if kept is None:
        return None
    entry, data = kept
    store(entry, data)
    return entry.stored


@task(task_run_name="take stock again", persist_result=False)
def take_stock_late(user_id: str, slug: str, owner: Claim) -> Stock:
    """Claim the slug and list what the bucket holds, as could not be done when the run began.

    Whatever it still has against that is the `trouble` of the answer.
    """
    try:
        if owns_slug(user_id, slug, owner):
            return stock_of(toolbox(), user_id, slug)
        trouble = f"{user_id}/{slug} belongs to another article of this tenant already"
    except StorageError as error:
        trouble = str(error)
    return Stock(slug=slug, trouble=trouble)
