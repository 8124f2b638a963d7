"""A picture as it stands in a Markdown text: HTML, JSX for MDX, or Markdown where HTML does not reach the page."""

import re

from imaging.kinds import Kind
from imaging.pictures.picture_element import picture_element
from imaging.record import Image
from imaging.write_back.dialects import Dialect

_ESCAPED = re.compile(r"([\\`*_{}\[\]<>()#|~!$])")


def element_of(image: Image, dialect: Dialect) -> str:
    """Return the element, its lines ended by a line feed. `image` has an address."""
    if not dialect.keeps_html:
        alt_text = _ESCAPED.sub(r"\\\1", " ".join(image.alt_text.split()))
        return f"![{alt_text}](<{image.url}>)\n"
    return (
        picture_element(
            image.url,
            image.alt_text,
            (image.width, image.height),
            [(one.format, one.width, one.url) for one in image.variants],
            color=image.dominant_color,
            is_hero=image.kind is Kind.HERO,
            is_jsx=dialect.is_mdx,
        )
        + "\n"
    )


def block_of(image: Image, dialect: Dialect, *, is_mdx_file: bool) -> str:
    """Return the element between comments that name it. `is_mdx_file`: HTML's comments are an error there."""
    comment = "{{/* {} */}}" if is_mdx_file else "<!-- {} -->"
    opening, closing = comment.format(f"article-images:{image.name}"), comment.format("/article-images")
    return f"{opening}\n{element_of(image, dialect)}{closing}"
