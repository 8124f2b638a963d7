"""The `<picture>` element of an image: web formats first, the original for every other browser."""

from collections.abc import Iterable

from markupsafe import escape

from imaging.formats import FORMATS

# How wide the picture is shown, for the browser's choice among the widths. A page with a narrower column may say so.
SIZES = "(min-width: 1600px) 1600px, 100vw"


def picture_element(
    url: str | None,
    alt_text: str,
    size: tuple[int | None, int | None],
    web_formats: Iterable[tuple[str, int, str]],
    *,
    color: str | None,
    is_hero: bool,
) -> str:
    """Return the element. Width and height keep the place free, the colour fills it until the picture is there.

    `web_formats`: (format, width in pixels, URL). A hero is what a reader sees first: it is not loaded lazily.
    """
    found = list(web_formats)
    sources = [_source(image_format, found) for image_format in FORMATS]
    attributes = {
        "src": url,
        "alt": " ".join(alt_text.split()),
        "width": size[0],
        "height": size[1],
        "loading": "eager" if is_hero else "lazy",
        "fetchpriority": "high" if is_hero else None,
        "decoding": "async",
        "style": f"background-color: {color}" if color else None,
    }
    shown = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items() if value is not None)
    return "\n".join(["<picture>", *filter(None, sources), f"  <img {shown}>", "</picture>"])


def _source(image_format: str, web_formats: Iterable[tuple[str, int, str]]) -> str | None:
    widths = sorted((width, url) for one, width, url in web_formats if one == image_format)
    if not widths:
        return None
    srcset = escape(", ".join(f"{url} {width}w" for width, url in widths))
    return f'  <source type="image/{image_format}" srcset="{srcset}" sizes="{SIZES}">'
