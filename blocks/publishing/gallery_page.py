"""The gallery page of an article: beside its manifest in the bucket, and on this machine."""

from collections.abc import Mapping
from pathlib import Path

from prefect.logging import get_run_logger

from blocks.records.inventory import Inventory
from blocks.services import Services
from blocks.storage.local_files import file_of
from blocks.storage.private_files import keep_out_of_git, write_private
from imaging.errors import StorageError
from imaging.names import keys
from imaging.pages.page import html_page
from imaging.pages.public import public_set
from imaging.record import Image, ImageSet


def put_page(services: Services, image_set: ImageSet, previews: Mapping[str, str], excerpt: str = "") -> bool:
    """Store the page of a whole set, in words for the public; return whether it could be."""
    store = services.store
    manifest = store.url(keys.manifest_key(image_set.user_id, image_set.slug))
    key = keys.gallery_key(image_set.user_id, image_set.slug)
    places = {"manifest_url": manifest, "gallery_url": store.url(key)}
    page = html_page(public_set(image_set.model_copy(update=places), prompts=False), previews, excerpt, costs=False)
    try:
        store.put(key, page.encode(), "text/html; charset=utf-8", keys.NO_CACHE, {})
    except StorageError as error:
        get_run_logger().warning("no gallery page in the bucket: %s", error)
        return False
    return True


def shows_the_same(image_set: ImageSet, inventory: Inventory) -> bool:
    """Return whether the last manifest, beside which a page was written, says the same but for what its run did."""
    words = inventory.problems == image_set.problems and inventory.site_name == image_set.site_name
    return words and _lasting(inventory.images) == _lasting(image_set.images)


def _lasting(images: list[Image]) -> list[Image]:
    return [image.model_copy(update={"status": None, "cost_usd": None}) for image in images]


def write_page(services: Services, image_set: ImageSet, previews: Mapping[str, str], excerpt: str) -> Path | None:
    """Write the page below `IMAGES_DATA_DIR` and return its path, None if it cannot."""
    data_dir = services.settings.data_dir
    path = data_dir.page(image_set.user_id, image_set.slug)
    # What the embedded storage serves is gone with this process; its files stay.
    manifest = file_of(image_set.manifest_url or "", keys.manifest_key(image_set.user_id, image_set.slug), data_dir)
    folder = f"{manifest.parents[2].as_uri()}/" if manifest else None
    try:
        write_private(path, html_page(image_set, previews, excerpt, folder=folder).encode())
        keep_out_of_git(data_dir.root)
    except OSError as error:
        get_run_logger().warning("no gallery page at %s: %s", path, error.strerror)
        return None
    return path
