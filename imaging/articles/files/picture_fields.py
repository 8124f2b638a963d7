"""Fields of front matter that hold an article's pictures. They are written by `--write-back`, and mean nothing here.

Sources of those of themes: Hugo's PaperMod (`cover.image`), Ananke (`featured_image`), Stack (`image`), LoveIt
(`featuredImage`), Clarity (`featureImage`, `shareImage`), Blowfish (`featureimage`), Mainroad (`thumbnail`); Jekyll's
Minimal Mistakes (`header.overlay_image`), Beautiful Jekyll (`cover-img`), Type on Strap (`feature-img`), TeXt
(`cover`); AstroPaper (`ogImage`); the documentation of each.
"""

from collections.abc import Mapping
from typing import Literal

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
"""Fields in which themes show pictures. They are filled where an article's author has them, and never added."""

# `header` has other things in it too.
PICTURE_FIELDS = frozenset({"images", "heroImage", "cover_image"} | {place[0] for place in THEME_FIELDS} - {"header"})
"""These, and the fields of systems (`imaging/write_back/dialects.py`)."""
