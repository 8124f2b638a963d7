"""Writes an article's pictures into its Markdown text: front matter, the top, and below the right headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imaging.kinds import Kind
from imaging.record import Image, ImageSet
from imaging.text.anchors import headings_of, lines_behind_headings
from imaging.text.inserted import Inserted, inserted_in, removed
from imaging.write_back.dialects import Dialect
from imaging.write_back.document import Document
from imaging.write_back.elements import block_of
from imaging.write_back.fields import Target, with_fields
from imaging.write_back.top import line_of_top

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Written:
    """A text with pictures in it. `places`: where they were put; `left`: what was not written, and why.

    `in_text`: whether some stand in the text.
    """

    text: str
    places: Sequence[str]
    left: Sequence[str]
    in_text: bool


def written_into(document: Document, image_set: ImageSet, target: Target) -> Written:
    """Return the document with the set's durable pictures. Raises InvalidInput for front matter that cannot be edited.

    What stands in the file already is replaced where it stands, as long as it is the same picture.
    """
    shown = [image for image in image_set.images if image.durable and image.url]
    left = [f"{image.name}: is not stored: left out" for image in image_set.images if image not in shown]
    fields = with_fields(document, image_set, shown, target)
    there = {one.name for one in inserted_in(document.body)}
    in_text = [
        image
        for image in shown
        if image.kind is Kind.SUPPORTING
        or (image.kind is Kind.HERO and (image.name in there or not fields.shows_picture))
    ]
    body, put, missing = _with_pictures(document, image_set, in_text, target)
    text = replace(fields.document, body=body).text
    return Written(text, [*fields.places, *put], [*left, *fields.left, *missing], bool(put))


def _with_pictures(
    document: Document, image_set: ImageSet, images: Sequence[Image], target: Target
) -> tuple[str, list[str], list[str]]:
    """Return the body with the pictures, where they were put, and why others were not."""
    body, there = document.body, {one.name: one for one in inserted_in(document.body)}
    stays = {image.name for image in images if image.name in there and _shows(there[image.name], image)}
    for one in reversed(inserted_in(body)):
        if one.name not in stays and _is_outdated(one, image_set, images):
            body = removed(body, one)
    places, missing = [], []
    for image in images:
        block = block_of(_in_text(image, target.before_text), target.dialect, is_mdx_file=target.is_mdx).replace(
            "\n", document.line_end
        )
        if image.name in stays:
            body, where = _replaced(body, image.name, block), "where it stood"
        elif (line := _line_for(body, image, target.dialect)) is None:
            missing.append(f"{image.name}: the file has no heading for it: left out ({image.url})")
            continue
        else:
            body = _put(replace(document, body=body), line, block)
            where = image.section.heading if image.section else ""
        places.append(f"{image.name} ({where or 'top'})")
    return body, places, missing


def _in_text(image: Image, before: str) -> Image:
    if not before:
        return image
    variants = [one.model_copy(update={"url": f"{before}{one.url}"}) for one in image.variants]
    return image.model_copy(update={"url": f"{before}{image.url}", "variants": variants})


def _shows(one: Inserted, image: Image) -> bool:
    """Return whether a picture in the text is this one, though perhaps in other words or formats."""
    return image.key is not None and image.key.rpartition("/")[2].rpartition(".")[0] in one.inside


def _is_outdated(one: Inserted, image_set: ImageSet, images: Sequence[Image]) -> bool:
    """Return whether this set has another picture for this name, or none any more."""
    if one.name in {image.name for image in image_set.images}:
        return any(image.name == one.name for image in images)
    return any(one.name.startswith(image.kind.value) for image in image_set.images)


def _line_for(body: str, image: Image, dialect: Dialect) -> int | None:
    """Return the number of the line behind which a picture belongs: below its heading, or a hero's at the top."""
    plain = body.replace("\r\n", "\n").replace("\r", "\n")
    behind = lines_behind_headings(plain)
    if image.kind is Kind.HERO:
        return line_of_top(plain, behind.values(), dialect)
    if (section := image.section) is None:
        return None
    headings = {heading.anchor: heading.text for heading in headings_of(plain) if not heading.inset}
    same_words = (anchor for anchor, text in headings.items() if text == section.heading)
    anchor = section.anchor if headings.get(section.anchor) == section.heading else next(same_words, None)
    return behind[anchor] if anchor else None


def _put(document: Document, line: int, block: str) -> str:
    """Insert a block behind a line of the body, or behind the blank line there; with a blank line of its own below."""
    lines = _LINE.findall(document.body)
    at = line + (0 < line < len(lines) and not lines[line].strip())
    above, below = "".join(lines[:at]), "".join(lines[at:])
    before = above or document.behind
    if before and not before.endswith(("\n", "\r")):  # the file ends with its heading, without a line end
        return f"{above}{document.line_end}{block}"
    return f"{above}{block}{document.line_end}{document.line_end if below else ''}{below}"


def _replaced(body: str, name: str, block: str) -> str:
    one = next(one for one in inserted_in(body) if one.name == name)
    behind = re.search(r"(?:[ \t]*(?:\r\n|\r|\n))*\Z", body[one.start : one.end])
    return f"{body[: one.start]}{block}{behind[0] if behind else ''}{body[one.end :]}"
