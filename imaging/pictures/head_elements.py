"""HTML for a page's head: the picture of link previews (Open Graph, X), and the pictures for search engines (JSON-LD).

Sources: https://ogp.me, https://developer.x.com "Cards markup", Google Search Central "Article structured data".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

# In a script element these could end it or begin a comment: https://html.spec.whatwg.org, "Restrictions for contents of
# script elements".
_IN_SCRIPT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture at its public URL; width and height in pixels."""

    url: str
    alt: str
    content_type: str | None
    width: int | None
    height: int | None


def head_elements(headline: str, preview: Shown, on_x: Shown, pictures: Sequence[Shown]) -> str:
    """Return `<meta>` elements for the preview, and a JSON-LD `<script>` with all pictures; one element a line."""
    secure = preview.url if preview.url.startswith("https://") else None
    properties = {
        "og:image": preview.url,
        "og:image:secure_url": secure,
        "og:image:type": preview.content_type,
        "og:image:width": preview.width,
        "og:image:height": preview.height,
        "og:image:alt": _line(preview.alt),
    }
    names = {"twitter:card": "summary_large_image", "twitter:image": on_x.url, "twitter:image:alt": _line(on_x.alt)}
    metas = [*_metas("property", properties), *_metas("name", names)]
    return "\n".join([*metas, f'<script type="application/ld+json">{_json_ld(headline, pictures)}</script>'])


def _metas(attribute: str, values: Mapping[str, str | int | None]) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            yield f'<meta {attribute}="{name}" content="{escape(value)}">'


def _json_ld(headline: str, pictures: Sequence[Shown]) -> str:
    images = [
        {"@type": "ImageObject", "url": one.url, "width": one.width, "height": one.height, "caption": _line(one.alt)}
        for one in pictures
    ]
    article = {"@context": "https://schema.org", "@type": "Article", "headline": _line(headline), "image": images}
    return json.dumps(article, ensure_ascii=False).translate(_IN_SCRIPT)


def _line(text: str) -> str:
    return " ".join(text.split())
