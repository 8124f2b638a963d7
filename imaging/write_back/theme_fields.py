"""Fields in which themes show an article's pictures. They are filled where its author has them, and never added.

Sources: Hugo's PaperMod (`cover.image`), Ananke (`featured_image`), Stack (`image`), LoveIt (`featuredImage`), Clarity
(`featureImage`, `shareImage`), Blowfish (`featureimage`), Mainroad (`thumbnail`); Jekyll's Minimal Mistakes
(`header.overlay_image`), Beautiful Jekyll (`cover-img`), Type on Strap (`feature-img`), TeXt (`cover`); AstroPaper
(`ogImage`); the documentation of each.
"""

from collections.abc import Mapping
from typing import Any, Literal

# Where a picture is shown: on the article's page, in lists of articles, in link previews.
Shown = Literal["page", "list", "preview"]

_NAMES: Mapping[Shown, str] = {
    "page": "cover coverImage featured_image featuredImage featureImage featureimage image banner"
    " cover-img feature-img header.image header.overlay_image",
    "list": "thumbnail thumbnail-img featuredImagePreview header.teaser",
    "preview": "ogImage shareImage share_img share-img header.og_image",
}
THEME_FIELDS: Mapping[tuple[str, ...], Shown] = {
    tuple(name.split(".")): shown for shown, names in _NAMES.items() for name in names.split()
}
# The names under which a picture that is a mapping has its address: `cover: {image: "", alt: ""}`, `image: {src: ""}`.
_ADDRESSES = ("path", "src", "url", "image", "href")


def address_name(value: Mapping[str, Any]) -> str | None:
    """Return the name under which a picture has its address; None where it has none."""
    return next((name for name in _ADDRESSES if name in value), None)
