"""Pictures that the bucket did not take are offered to it once more before the run ends."""

from prefect import task
from prefect.runtime import task_run

from blocks.delivery.storing import store
from blocks.records.claims import owns_slug
from blocks.records.inventory import Inventory, inventory_of
from blocks.run import current_run
from imaging.articles.claim import Claim
from imaging.errors import StorageError
from imaging.record import StoredImage
from imaging.spec import ImageSpec


def late_name() -> str:
    """Task runs stand beside their image: `hero (stored late)`."""
    spec: ImageSpec = task_run.parameters["spec"]
    return f"{spec.name} (stored late)"


@task(task_run_name=late_name, persist_result=False)
def store_late(spec: ImageSpec) -> StoredImage | None:
    """Store the picture of `spec` that this run has made; None where it is not here. Raises StorageError."""
    run = current_run()
    kept = run.unstored.get(spec.digest) or run.services.spool.read(spec.digest)
    if kept is None:
        return None
    entry, data = kept
    store(entry, data)
    return entry.stored


@task(task_run_name="take stock again", persist_result=False)
def take_inventory_late(user_id: str, slug: str, owner: Claim) -> Inventory:
    """Claim the slug and take the inventory, as could not be done when the run began.

    Whatever the bucket has against that is the `trouble` of the answer.
    """
    services = current_run().services
    try:
        if owns_slug(services.store, user_id, slug, owner):
            return inventory_of(services.store, services.manifests, user_id, slug)
        trouble = f"{user_id}/{slug} belongs to another article of this tenant already"
    except StorageError as error:
        trouble = str(error)
    return Inventory(slug=slug, trouble=trouble)
