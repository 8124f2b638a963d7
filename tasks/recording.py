"""The record of a run: manifest, artifacts and event. All of them say the same as the flow's return value."""

from collections.abc import Mapping
from contextlib import suppress

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from blocks.toolbox import toolbox
from imaging import keys
from imaging.errors import StorageError
from imaging.pages import gallery
from imaging.record import Image, ImageSet, located
from imaging.slug import short_hash
from tasks.stock import Stock

_MAX_EVENT_BYTES = 1_000_000  # Prefect drops events above 1.5 MB without a word


@task(task_run_name="manifest", persist_result=False)
def write_manifest(image_set: ImageSet, stock: Stock) -> ImageSet:
    """Write `manifest.json` beside the images and return the set with its URL, or with the trouble it met.

    Images that this run was not asked for (`--only`) keep their entries, as long as they still lie there.
    """
    if stock.trouble:
        return _without_manifest(image_set, stock.trouble)
    url = toolbox().store.url(keys.manifest_key(image_set.user_id, image_set.slug))
    recorded = image_set.model_copy(update={"manifest_url": url})
    try:
        toolbox().manifests.write(whole(recorded, stock))
    except StorageError as error:
        return _without_manifest(image_set, str(error))
    toolbox().spool.drop_set(image_set)
    return recorded


def whole(image_set: ImageSet, stock: Stock) -> ImageSet:
    """Return the set with the images of other kinds, which an earlier run made and which still lie there."""
    store, kinds = toolbox().store, {image.kind for image in image_set.images}
    others = [
        located(stock.completed(image), store.url)
        for image in stock.images
        if image.kind not in kinds and stock.earlier(image.digest)
    ]
    return image_set.model_copy(update={"images": in_plan_order([*image_set.images, *others])})


def _without_manifest(image_set: ImageSet, trouble: str) -> ImageSet:
    """Note the trouble in the set, and keep the set on this machine for `repair`."""
    with suppress(OSError):  # each of its images says so already
        toolbox().spool.keep_set(image_set)
    return image_set.model_copy(update={"problems": [*image_set.problems, f"no manifest: {trouble}"]})


def in_plan_order(images: list[Image]) -> list[Image]:
    """Return the images ordered by kind as the plan has them; within a kind their order stays."""
    order = list(type(images[0].kind)) if images else []
    return sorted(images, key=lambda image: order.index(image.kind))


def show(image_set: ImageSet, thumbnails: Mapping[str, str], again: str | None) -> None:
    """Create the gallery and the table in the UI; `again` is the address of a form to run the article again."""
    place = artifact_place(image_set.user_id, image_set.slug)
    create_markdown_artifact(  # type: ignore[call-arg] # _sync is not typed
        gallery.markdown_gallery(image_set, thumbnails, again),
        key=f"gallery-{place}",
        description=gallery.literal(f"Every picture of “{image_set.topic}”"),
        _sync=True,
    )
    create_table_artifact(  # type: ignore[call-arg]
        gallery.table(image_set),
        key=f"images-{place}",
        description=gallery.literal(f"URLs of “{image_set.topic}”"),
        _sync=True,
    )


def artifact_place(user_id: str, slug: str) -> str:
    """Return tenant and slug as an artifact key may hold them: it knows no underscore.

    A name that is changed by that gets a hash of what it was: `acme_2` is not `acme-2`.
    """
    place = f"{user_id.replace('_', '-')}-{slug}"
    return place if "_" not in user_id else f"{place}-{short_hash(user_id)}"


def announce(image_set: ImageSet) -> None:
    """Emit `article-images.completed` or `article-images.degraded` with the set as its payload."""
    outcome = "completed" if image_set.status == "complete" else "degraded"
    emit_event(
        event=f"article-images.{outcome}",
        resource={
            "prefect.resource.id": f"article-images.{image_set.user_id}.{image_set.slug}",
            "prefect.resource.name": image_set.topic,
        },
        payload=_payload(image_set),
    )


def _payload(image_set: ImageSet) -> dict[str, object]:
    """The set as JSON; pictures kept as data are left out where they would make the event too large to arrive."""
    if len(image_set.model_dump_json()) > _MAX_EVENT_BYTES:
        slim = [
            image.model_copy(update={"url": None, "error": f"{image.error}; the data is in the flow's result"})
            if image.status == "inline"
            else image
            for image in image_set.images
        ]
        image_set = image_set.model_copy(update={"images": slim})
    return image_set.model_dump(mode="json")
