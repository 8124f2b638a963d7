"""Artifacts and events of an article: the gallery and the table in the UI, and the event that it is done."""

from collections.abc import Mapping

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from imaging.pages import gallery
from imaging.record import ImageSet
from imaging.slug import short_hash

_MAX_EVENT_BYTES = 1_000_000  # Prefect drops events above 1.5 MB without a word


def create_artifacts(image_set: ImageSet, thumbnails: Mapping[str, str], again: str | None) -> None:
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


def emit_outcome(image_set: ImageSet) -> None:
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
