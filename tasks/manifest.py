"""The manifest beside the pictures."""

from prefect import task

from blocks.publishing.manifest import written
from blocks.records.inventory import Inventory
from blocks.run import current_run
from imaging.record import ImageSet


@task(task_run_name="manifest", persist_result=False)
def write_manifest(image_set: ImageSet, inventory: Inventory) -> ImageSet:
    """Write `manifest.json` and return the set with its URL, or with the trouble it met."""
    return written(current_run().services, image_set, inventory)
