"""Takes the inventory before anything is ordered. Never cached: it reads the current state."""

from prefect import task

from blocks.records.claims import Claimed
from blocks.records.inventory import Inventory, inventory_of
from blocks.run import current_run
from blocks.storage.errors import refusals_named
from imaging.errors import StorageError


@task(task_run_name="take stock", persist_result=False)
def take_inventory(user_id: str, claim: Claimed) -> Inventory:
    """List what the bucket holds of the article. Raises ConfigurationError where it refuses us."""
    slug = claim.slug
    if claim.trouble:
        return Inventory(slug=slug, trouble=claim.trouble)
    services = current_run().services
    try:
        with refusals_named():
            return inventory_of(services.store, services.manifests, user_id, slug, is_new=claim.is_new)
    except StorageError as error:
        return Inventory(slug=slug, trouble=str(error))
