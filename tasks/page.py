"""The gallery page of an article: beside its manifest in the bucket, and on this machine."""

from collections.abc import Mapping
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from blocks.storage.private_files import write_private
from blocks.toolbox import toolbox
from imaging import keys
from imaging.errors import StorageError
from imaging.pages.page import html_page
from imaging.pages.public import public_set
from imaging.record import Image, ImageSet
from tasks.recording import whole
from tasks.stock import Stock


@task(task_run_name="gallery", persist_result=False, cache_policy=NO_CACHE)
def publish_page(image_set: ImageSet, stock: Stock, previews: Mapping[str, str], excerpt: str) -> ImageSet:
    """Put `gallery.html` beside the manifest and return the set with its URL.

    It shows what the manifest lists. Where one of the same pictures lies there, nothing is uploaded. No picture is
    missing where it cannot be written: that is a warning in the log.
    """
    if stock.trouble:
        return image_set
    store = toolbox().store
    key = keys.gallery_key(image_set.user_id, image_set.slug)
    published = image_set.model_copy(update={"gallery_url": store.url(key)})
    shown = whole(published, stock)
    if key in stock.objects and not stock.outdated and _shows_the_same(shown, stock):
        return published
    return published if put_page(shown, previews, excerpt) else image_set


def put_page(image_set: ImageSet, previews: Mapping[str, str], excerpt: str = "") -> bool:
    """Store the page of a whole set, in words for the public; tell whether it could be."""
    store = toolbox().store
    manifest = store.url(keys.manifest_key(image_set.user_id, image_set.slug))
    shown = public_set(image_set.model_copy(update={"manifest_url": manifest}), prompts=False)
    page = html_page(shown, previews, excerpt, costs=False)
    key = keys.gallery_key(image_set.user_id, image_set.slug)
    try:
        store.put(key, page.encode(), "text/html; charset=utf-8", keys.NO_CACHE, {})
    except StorageError as error:
        get_run_logger().warning("no gallery page in the bucket: %s", error)
        return False
    return True


def _shows_the_same(image_set: ImageSet, stock: Stock) -> bool:
    """Tell whether the last manifest, beside which a page was written, says the same but for what its run did."""
    return _lasting(stock.images) == _lasting(image_set.images) and stock.problems == image_set.problems


def _lasting(images: list[Image]) -> list[Image]:
    return [image.model_copy(update={"status": None, "cost_usd": None}) for image in images]


def write_page(image_set: ImageSet, previews: Mapping[str, str], excerpt: str) -> Path | None:
    """Write the page below `IMAGES_DATA_DIR` and return its path, None if it cannot."""
    path = toolbox().settings.images_data_dir / "gallery" / image_set.user_id / f"{image_set.slug}.html"
    try:
        write_private(path, html_page(image_set, previews, excerpt).encode())
    except OSError as error:
        get_run_logger().warning("no gallery page at %s: %s", path, error.strerror)
        return None
    return path
