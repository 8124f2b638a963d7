"""The HTML `<picture>` element of an image: web formats first, the original as the fallback."""

from collections.abc import Iterable

from markupsafe import escape

from imaging.formats import FORMATS

# The displayed width, from which the browser chooses a file. A page with a narrower column may replace it.
SIZES = "(min-width: 1600px) 1600px, 100vw"


def picture_element(
    url: str | None,
    alt_text: str,
    size: tuple[int | None, int | None],
    web_formats: Iterable[tuple[str, int, str]],
    *,
    color: str | None,
    is_hero: bool,
    is_jsx: bool = False,
) -> str:
    """Return the element. Width and height reserve the space, and the colour fills it until the picture is loaded.

    `web_formats`: (format, width in pixels, URL). A hero is visible at once, so it is not loaded lazily. `is_jsx`: the
    element is valid as JSX and as HTML: React takes no style as text, and knows `fetchPriority` since version 19 alone.
    """
    found = list(web_formats)
    sources = [_source(image_format, found, is_jsx=is_jsx) for image_format in FORMATS]
    attributes = {
        "src": url,
        "alt": " ".join(alt_text.split()),
        "width": size[0],
        "height": size[1],
        "loading": "eager" if is_hero else "lazy",
        "fetchpriority": "high" if is_hero and not is_jsx else None,
        "decoding": "async",
        "style": f"background-color: {color}" if color and not is_jsx else None,
    }
    shown = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items() if value is not None)
    img = f"  <img {shown} />" if is_jsx else f"  <img {shown}>"
    return "\n".join(["<picture>", *filter(None, sources), img, "</picture>"])


def srcset(image_format: str, web_formats: Iterable[tuple[str, int, str]]) -> str:
    """Return the candidates of one format, the smallest first; empty if there are none."""
    widths = sorted((width, url) for one, width, url in web_formats if one == image_format)
    return ", ".join(f"{url} {width}w" for width, url in widths)


def _source(image_format: str, web_formats: Iterable[tuple[str, int, str]], *, is_jsx: bool) -> str | None:
    candidates = escape(srcset(image_format, web_formats))
    if not candidates:
        return None
    if is_jsx:
        return f'  <source type="image/{image_format}" srcSet="{candidates}" sizes="{SIZES}" />'
    return f'  <source type="image/{image_format}" srcset="{candidates}" sizes="{SIZES}">'
