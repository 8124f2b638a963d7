"""A picture that was made gets its mark, and its signature where there is a certificate, before it is stored."""

from dataclasses import replace

from blocks.toolbox import toolbox
from imaging.containers import without_words
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
        data = box.signer.sign(data, picture.content_type, said, parent=picture.data)
    return replace(picture, data=data)
