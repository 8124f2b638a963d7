"""Takes the inventory before anything is ordered. Never cached: it reads the current state."""

from prefect import task

from blocks.records.inventory import Inventory, inventory_of
from blocks.run import current_run
from blocks.storage.errors import refusals_named
from imaging.errors import StorageError


@task(task_run_name="take stock", persist_result=False)
def take_inventory(user_id: str, slug: str, trouble: str | None) -> Inventory:
    """List what the bucket holds of the article.

    `trouble`: why the bucket could not be asked for the slug, if so. Raises ConfigurationError where it refuses us.
    """
    if trouble:
        return Inventory(slug=slug, trouble=trouble)
    services = current_run().services
    try:
        with refusals_named():
            return inventory_of(services.store, services.manifests, user_id, slug)
    except StorageError as error:
        return Inventory(slug=slug, trouble=str(error))
