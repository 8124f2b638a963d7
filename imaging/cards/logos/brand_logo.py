"""Logos as they come in: checked, cleaned and measured before they become a tenant's."""

from dataclasses import dataclass

from imaging.cards.logos.logo import MAX_PIXELS, is_opaque, open_logo
from imaging.cards.logos.svg import is_svg, safe_svg
from imaging.errors import BadPicture
from imaging.pictures.cleaning import accepted

_SMALL = 300  # pixels of the longer side: on the largest card a logo is some 600 wide
_LONG = 8.0  # ratio beyond which a logo is a thin line


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo's cleaned bytes. Width and height in pixels, of an SVG as it is drawn; both without transparent margin.

    `advice`: what a designer would say of it, in words for users.
    """

    data: bytes
    content_type: str
    extension: str
    width: int
    height: int
    advice: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """Width by height."""
        return round(self.width / self.height, 2)


def accepted_logo(data: bytes, max_pixels: int = MAX_PIXELS) -> Logo:
    """Return the logo in `data`, a PNG, JPEG, WebP or SVG. Raises ValueError with the reason for anything else."""
    if is_svg(data):
        data = safe_svg(data, MAX_PIXELS)
        content_type, extension = "image/svg+xml", ".svg"
    else:
        try:
            picture = accepted(data, min(max_pixels, MAX_PIXELS))
        except BadPicture as error:
            raise ValueError(str(error)) from None
        if picture.useless:
            raise ValueError(f"the picture is of no use: {picture.useless}")
        data, content_type, extension = picture.data, picture.content_type, picture.extension
    drawn = open_logo(data)
    if drawn is None:
        raise ValueError("the picture is of no use: it is fully transparent")
    is_vector = extension == ".svg"
    advice = _advice(drawn.size, is_opaque=is_opaque(drawn), is_vector=is_vector)
    return Logo(data, content_type, extension, drawn.width, drawn.height, advice)


def _advice(size: tuple[int, int], *, is_opaque: bool, is_vector: bool) -> tuple[str, ...]:
    found = []
    if is_opaque:
        found.append("it has a ground of its own: with a transparent one it stands freely on every card")
    if not is_vector and max(size) < _SMALL:
        found.append(
            f"it is small ({size[0]}x{size[1]}): from {_SMALL} pixels on it is sharp on every card; an SVG always"
        )
    if max(size) > _LONG * min(size):
        found.append("it is very long: a more compact one is legible in feeds")
    return tuple(found)
