"""The `<picture>` element of an image: web formats first, the original for every other browser."""

from typing import TYPE_CHECKING

from markupsafe import escape

if TYPE_CHECKING:
    from imaging.record import Image

# How wide the picture is shown, for the browser's choice among the widths. A page with a narrower column may say so.
SIZES = "(min-width: 1600px) 1600px, 100vw"
_ORDER = ("avif", "webp")  # the first that a browser knows is taken


def picture_element(image: "Image") -> str:
    """Return the element. Width and height keep the place free, the colour fills it until the picture is there."""
    sources = [_source(image, image_format) for image_format in _ORDER]
    hero = image.kind.value == "hero"  # what a reader sees first must not wait
    attributes = {
        "src": image.url,
        "alt": " ".join(image.alt_text.split()),
        "width": image.width,
        "height": image.height,
        "loading": "eager" if hero else "lazy",
        "fetchpriority": "high" if hero else None,
        "decoding": "async",
        "style": f"background-color: {image.dominant_color}" if image.dominant_color else None,
    }
    shown = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items() if value is not None)
    return "\n".join(["<picture>", *filter(None, sources), f"  <img {shown}>", "</picture>"])


def _source(image: "Image", image_format: str) -> str | None:
    variants = sorted((one for one in image.variants if one.format == image_format), key=lambda one: one.width)
    if not variants:
        return None
    srcset = escape(", ".join(f"{one.url} {one.width}w" for one in variants))
    return f'  <source type="image/{image_format}" srcset="{srcset}" sizes="{SIZES}">'
