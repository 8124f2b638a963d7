"""The gallery page beside the manifest."""

from collections.abc import Mapping

from prefect import task
from prefect.cache_policies import NO_CACHE

from blocks.publishing.gallery_page import put_page, shows_the_same
from blocks.publishing.manifest import whole
from blocks.records.inventory import Inventory
from blocks.run import current_run
from imaging.names import keys
from imaging.record import ImageSet


@task(task_run_name="gallery", persist_result=False, cache_policy=NO_CACHE)
def publish_page(image_set: ImageSet, inventory: Inventory, previews: Mapping[str, str], excerpt: str) -> ImageSet:
    """Put `gallery.html` beside the manifest and return the set with its URL.

    It shows what the manifest lists. Where the bucket has one of the same pictures, nothing is uploaded. A page that
    cannot be written is a warning in the log: no picture is missing.
    """
    if inventory.trouble:
        return image_set
    services = current_run().services
    key = keys.gallery_key(image_set.user_id, image_set.slug)
    published = image_set.model_copy(update={"gallery_url": services.store.url(key)})
    shown = whole(services, published, inventory)
    if key in inventory.objects and not inventory.outdated and shows_the_same(shown, inventory):
        return published
    return published if put_page(services, shown, previews, excerpt) else image_set
