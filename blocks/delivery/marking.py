"""Adds the mark to a picture that was made, and a signature where there is a certificate, before it is stored."""

from dataclasses import replace

from prefect.logging import get_run_logger

from blocks.run import current_run
from imaging.marking.marks import facts_of, with_mark
from imaging.pictures.picture import Picture
from imaging.spec import ImageSpec


def marked(spec: ImageSpec, picture: Picture, created: str | None) -> tuple[Picture, str | None]:
    """Return the picture as it is stored, and a note where it lacks something: what it shows stays as it came.

    `created`: when, ISO 8601. A picture that has its mark and signature already is returned as it is. It is paid for:
    metadata that stand in the way of its mark are left out, and at worst it is stored without.
    """
    services = current_run().services
    facts = facts_of(spec, created, tell_prompt=services.settings.images_mark_prompt)
    if facts is None:
        return picture, None
    hidden = None if services.settings.images_mark_prompt else spec.prompt
    data, note = with_mark(picture.data, facts, hidden)
    if note:
        get_run_logger().warning("%s: %s", spec.name, note)
    if services.signer:
        try:
            data = services.signer.sign(data, picture.content_type, facts, parent=picture.data)
        except Exception as error:  # noqa: BLE001 - it did sign when the run began; what was paid for is not thrown away
            get_run_logger().warning("%s is stored without a signature: %s", spec.name, error)
            note = "; ".join(filter(None, [note, "stored without a signature: the file cannot be signed"]))
    return replace(picture, data=data), note
