"""An article's pictures in the fields of its front matter: that of its system, and those that its theme shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from imaging.articles.files.picture_fields import THEME_FIELDS, Shown
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from imaging.names import keys
from imaging.platforms import PREVIEW_CARDS
from imaging.record import Image, ImageSet
from imaging.write_back.dialects import Dialect
from imaging.write_back.document import Document
from imaging.write_back.front_matter import Place, Value, names_in, value_of, with_field

_OF_THEMES = Dialect("theme")
# The names under which a picture that is a mapping has its address: `cover: {image: "", alt: ""}`, `image: {src: ""}`.
_ADDRESSES = ("path", "src", "url", "image", "href")


@dataclass(frozen=True, slots=True)
class Target:
    """How pictures are written into a file. `is_mdx`: its comments and elements are those of MDX.

    `ours`: how an address begins that an earlier run has written. `before_text`: what stands before addresses in the
    text, but not in fields.
    """

    dialect: Dialect
    is_mdx: bool
    ours: tuple[str, ...] = ()
    before_text: str = ""


@dataclass(slots=True)
class FieldsWritten:
    """A document with pictures in its fields. `places`: which; `left`: which not, and why.

    `shows_picture`: whether the page shows one of these fields, so that the hero need not stand in the text.
    """

    document: Document
    places: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    shows_picture: bool = False


def with_fields(document: Document, image_set: ImageSet, shown: Sequence[Image], target: Target) -> FieldsWritten:
    """Return the document with `shown` in the field of its dialect, and in those of themes that are empty or ours."""
    written = FieldsWritten(document, shows_picture=target.dialect.shows_field and document.has_fields)
    if not document.has_fields:
        return written
    hero, cards = _ranked(shown)
    names = set(names_in(document))
    if target.dialect.fields and (ranked := [*hero, *cards] if target.dialect.shows_field else [*cards, *hero]):
        name = next((one for one in target.dialect.fields if one in names), target.dialect.fields[0])
        _put(written, (name,), ranked, image_set, target)
    for place, where in _theme_fields(document, names, target.dialect):
        if ranked := [*cards, *hero] if where == "preview" else [*hero, *cards]:
            _put(written, place, ranked, image_set, replace(target, dialect=_OF_THEMES))
            written.shows_picture |= where == "page"
    return written


def _ranked(shown: Sequence[Image]) -> tuple[list[Image], list[Image]]:
    by_name = {image.name: image for image in shown}
    return [image for image in shown if image.kind is Kind.HERO], [
        by_name[one] for one in PREVIEW_CARDS if one in by_name
    ]


def _theme_fields(document: Document, names: set[str], dialect: Dialect) -> Iterator[tuple[Place, Shown]]:
    """Yield the fields of themes that are there, in a form that can hold a picture, and where it is shown."""
    for place, where in THEME_FIELDS.items():
        if place[0] not in names or place[0] in dialect.fields:
            continue
        try:
            value = value_of(document, place[0])
        except InvalidInput:
            continue
        for name in place[1:]:
            value = value.get(name, ()) if isinstance(value, dict) else ()
        if isinstance(value, dict) and _address_name(value):
            is_hidden = str(value.get("hidden")).lower() == "true"  # PaperMod's, on the article's page alone
            yield place, "list" if is_hidden else where
        elif value is None or (isinstance(value, str) and value.lower() not in {"false", "true"}):
            yield place, where


def _put(written: FieldsWritten, place: Place, ranked: Sequence[Image], image_set: ImageSet, target: Target) -> None:
    """Put pictures into a field, in the form that it has already, else in the dialect's."""
    try:
        value: Any = value_of(written.document, place[0])
        for name in place[1:]:
            value = value[name]
        if not _is_free(value, image_set, target):
            name = ".".join(place)
            reason = "has a picture of its own, which stays: take it out to have the hero or card there"
            written.left.append(f"{name}: {reason}")
            return
        document = written.document
        for at, one in _values(place, value, ranked, target.dialect):
            document = replace(document, inside=with_field(document, at, one))
    except InvalidInput as error:
        written.left.append(str(error).removeprefix("--write-back: "))
        return
    written.document = document
    written.places.append(".".join(place))


def _values(place: Place, value: Any, ranked: Sequence[Image], dialect: Dialect) -> Iterator[tuple[Place, Value]]:
    """Yield what is to be set: the whole field, or in a mapping of the author's its address and empty text."""
    whole, first = _value(ranked, dialect), ranked[0]
    if isinstance(value, dict) and (name := _address_name(value)) and not _is_whole(value, whole):
        yield (*place, name), str(first.url)
        if "alt" in value and not str(value["alt"] or "").strip():
            yield (*place, "alt"), " ".join(first.alt_text.split())
    else:
        yield place, whole


def _is_whole(value: Mapping[str, Any], whole: Value) -> bool:
    """Return whether a mapping is what an earlier run has written."""
    return isinstance(whole, Mapping) and value.keys() == whole.keys()


def _value(ranked: Sequence[Image], dialect: Dialect) -> Value:
    first = ranked[0]
    if dialect.form == "list":
        return [str(image.url) for image in {image.sha256: image for image in reversed(ranked)}.values()][::-1]
    if dialect.form == "mapping":
        size = {"width": first.width, "height": first.height}
        shape = {name: side for name, side in size.items() if side}
        return {"path": str(first.url), **shape, "alt": " ".join(first.alt_text.split())}
    return str(first.url)


def _is_free(value: Any, image_set: ImageSet, target: Target) -> bool:
    """Return whether a field is empty, or has nothing but what an earlier run has written."""
    if isinstance(value, dict):
        name = _address_name(value)
        return _is_free(value[name], image_set, target) if name else not value
    if isinstance(value, list):
        return all(_is_free(one, image_set, target) for one in value)
    if not isinstance(value, str):
        return value is None
    place = f"/{keys.prefix(image_set.user_id, image_set.slug)}"
    return not value.strip() or place in value or value.startswith(target.ours or ("\0",))


def _address_name(value: Mapping[str, Any]) -> str | None:
    """Return the name under which a picture has its address; None where it has none."""
    return next((name for name in _ADDRESSES if name in value), None)
