"""A picture that was made gets its mark, and its signature where there is a certificate, before it is stored."""

from dataclasses import replace

from prefect.logging import get_run_logger

from blocks.toolbox import toolbox
from imaging.containers import without_words
from imaging.errors import ConfigurationError
from imaging.marking import facts, mark
from imaging.picture import Picture
from imaging.spec import ImageSpec


def marked(spec: ImageSpec, picture: Picture, created: str | None) -> Picture:
    """Return the picture as it is stored: what it shows stays as it came. `created`: when, ISO 8601.

    A picture that has its mark and signature already is returned as it is.
    """
    box = toolbox()
    said = facts(spec, created, tell_prompt=box.settings.images_mark_prompt)
    if said is None:
        return picture
    told = box.settings.images_mark_prompt or not spec.prompt
    data = mark(picture.data if told else without_words(picture.data, str(spec.prompt)), said)
    if box.signer:
        try:
            data = box.signer.sign(data, picture.content_type, said, parent=picture.data)
        except ConfigurationError as error:  # it did sign when the run began; what was paid for is not thrown away
            get_run_logger().warning("%s is stored without a signature: %s", spec.name, error)
    return replace(picture, data=data)
