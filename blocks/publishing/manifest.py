"""The manifest of a run: the set as it is written beside the pictures."""

from contextlib import suppress

from blocks.records.inventory import Inventory
from blocks.services import Services
from imaging.entry import located
from imaging.errors import StorageError
from imaging.names import keys
from imaging.record import Image, ImageSet


def written(services: Services, image_set: ImageSet, inventory: Inventory) -> ImageSet:
    """Write `manifest.json` and return the set with its URL, or with the trouble it met.

    Images that this run was not asked for (`--only`) keep their entries, as long as the bucket has them.
    """
    if inventory.trouble:
        return _without_manifest(services, image_set, inventory.trouble)
    url = services.store.url(keys.manifest_key(image_set.user_id, image_set.slug))
    recorded = image_set.model_copy(update={"manifest_url": url})
    try:
        services.manifests.write(whole(services, recorded, inventory))
    except StorageError as error:
        return _without_manifest(services, image_set, str(error))
    services.spool.drop_set(image_set)
    return recorded


def whole(services: Services, image_set: ImageSet, inventory: Inventory) -> ImageSet:
    """Return the set with what no plan of it has and the bucket still does.

    That is images of other kinds, which an earlier run made, and those that came from old addresses.
    """
    kinds = {image.kind for image in image_set.images}
    others = [
        located(inventory.completed(image), services.store.url)
        for image in inventory.images
        if (image.kind not in kinds or keys.is_migrated(image.name)) and inventory.stored(image.digest)
    ]
    return image_set.model_copy(update={"images": in_plan_order([*image_set.images, *others])})


def _without_manifest(services: Services, image_set: ImageSet, trouble: str) -> ImageSet:
    """Note the trouble in the set, and keep the set on this machine for `repair`."""
    with suppress(OSError):  # each of its images says so already
        services.spool.keep_set(image_set)
    return image_set.model_copy(update={"problems": [*image_set.problems, f"no manifest: {trouble}"]})


def in_plan_order(images: list[Image]) -> list[Image]:
    """Return the images ordered by kind as the plan has them; within a kind their order stays."""
    order = list(type(images[0].kind)) if images else []
    return sorted(images, key=lambda image: order.index(image.kind))
