"""SVG logos: validated, then rendered by resvg.

resvg has no scripting and no network, but it opens files that an SVG refers to, and repeats nested references without
limit. So a logo may not refer to anything outside itself, references inside are limited, and it is rendered in a
separate process (`renderer`).
"""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ExpatError, ParserCreate

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image

from imaging.cards.logos.svg_cleaning import cleaned_svg
from imaging.children import minimal_environment
from imaging.errors import BadPicture
from imaging.pictures.picture import inspect
from imaging.typesetting.fonts import MANROPE, path

MAX_BYTES = 1_000_000
_MAX_DRAWN = 20_000  # elements, each counted as often as it is drawn
_MAX_FILTERS = 24  # filter primitives: each processes all pixels of the picture
_SECONDS = 20  # timeout for the renderer, which has a limit of its own
_SIDE = 1024  # pixels of the longer side: twice that on the largest card
_HARMLESS = {"linearGradient", "radialGradient"}  # elements that a style sheet may refer to
_URL = re.compile(r"url\(\s*['\"]?([^'\")]*)")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|webp);base64,([A-Za-z0-9+/=\s]+)")


class _FirstNameFound(Exception):
    """Stops the parser at the first element's or document type's name."""


def is_svg(data: bytes) -> bool:
    """Return whether the bytes are an XML document whose type or first element is `svg`.

    Uses a parser, since a regular expression for everything allowed before the element can take exponential time.
    """
    found: list[str] = []

    def first_name(name: str, *_: object) -> None:
        found.append(name.rpartition(":")[2])
        raise _FirstNameFound

    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = parser.StartElementHandler = first_name
    with suppress(_FirstNameFound, ExpatError, ValueError, LookupError):  # an unknown encoding is a LookupError
        parser.Parse(data[:MAX_BYTES].lstrip())
    return found == ["svg"]


def draw_svg(data: bytes, max_pixels: int) -> Image.Image:
    """Return the SVG as RGBA, its longer side 1024 pixels.

    `max_pixels`: the limit for a picture embedded in it. Raises ValueError with the reason.
    """
    _checked(data, max_pixels)
    command = [sys.executable, "-I", str(Path(__file__).with_name("renderer.py")), str(_SIDE), path(MANROPE)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=data, capture_output=True, timeout=_SECONDS, check=True, env=minimal_environment()
        )
        with Image.open(BytesIO(done.stdout)) as drawn:
            return drawn.convert("RGBA")
    except (subprocess.SubprocessError, OSError, Image.DecompressionBombError):
        raise ValueError("the SVG cannot be drawn, or takes too long") from None


def safe_svg(data: bytes, max_pixels: int) -> bytes:
    """Return the SVG as it may be served to browsers: see `svg_cleaning`. Raises ValueError with the reason."""
    return cleaned_svg(_checked(data, max_pixels))


def _checked(data: bytes, max_pixels: int) -> Element:
    if len(data) > MAX_BYTES:
        raise ValueError(f"an SVG has at most {MAX_BYTES:,} bytes, not {len(data):,}")
    try:
        root: Element = fromstring(data, forbid_dtd=False)
        data.decode()
    except (DefusedXmlException, ParseError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"not a readable SVG in UTF-8 without entities ({type(error).__name__})") from None
    _check(root, max_pixels)
    return root


def _check(root: Element, max_pixels: int) -> None:
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    if sum(_tag(element).startswith("fe") for element in root.iter()) > _MAX_FILTERS:
        raise ValueError(f"an SVG has at most {_MAX_FILTERS} filter effects")
    for element in root.iter():
        if _tag(element) == "style" and "@import" in (element.text or ""):
            raise ValueError("an SVG refers to nothing outside itself: @import")
        for target in _targets(element):
            if target.startswith("data:"):
                _check_picture(target, max_pixels)
            elif not target.startswith("#"):
                raise ValueError(f"an SVG refers to nothing outside itself: {target[:80]}")
            elif _tag(element) == "style" and _tag(named.get(target[1:])) not in {*_HARMLESS, ""}:
                raise ValueError("classes of an SVG refer to gradients alone; put masks, clips and filters at elements")
    if _drawn(root, named, {}, 0) > _MAX_DRAWN:
        raise ValueError(f"an SVG draws at most {_MAX_DRAWN:,} elements, those that are used twice counted twice")


def _drawn(element: Element, named: dict[str | None, Element], known: dict[Element, int], depth: int) -> int:
    """Return how many elements are drawn for this one; more than the limit if it refers to itself."""
    if depth > 100:
        return _MAX_DRAWN + 1
    if element not in known:
        known[element] = _MAX_DRAWN + 1  # until it is counted, so that a circular reference exceeds the limit
        parts = [*element, *(named[t[1:]] for t in _targets(element) if t[1:] in named and _tag(element) != "style")]
        known[element] = 1 + sum(_drawn(part, named, known, depth + 1) for part in parts)
    return known[element]


def _targets(element: Element) -> Iterator[str]:
    """Yield all references of an element."""
    for name, value in element.attrib.items():
        if name.rpartition("}")[2] == "href" and _tag(element) != "a":
            yield value.strip()
        yield from (found.strip() for found in _URL.findall(value))
    if _tag(element) == "style":
        yield from (found.strip() for found in _URL.findall(element.text or ""))


def _check_picture(target: str, max_pixels: int) -> None:
    match = _PICTURE.fullmatch(target)
    try:
        inspect(base64.b64decode(match[1] if match else ""), max_pixels)
    except (ValueError, BadPicture) as error:
        raise ValueError(f"a picture in an SVG is a PNG, JPEG or WebP in base64 ({error})") from None


def _tag(element: Element | None) -> str:
    return "" if element is None or not isinstance(element.tag, str) else element.tag.rpartition("}")[2]
