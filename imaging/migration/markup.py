"""Image addresses in HTML: pictures in all their attributes, styles, links, and data for scripts."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from imaging.migration.addresses import Found, is_address
from imaging.text.plain import parsed

_SHOWING = {"img", "image", "source", "picture", "input", "amp-img", "figure", "v-img"}
_LISTS = {"srcset", "data-srcset", "data-lazy-srcset", "imagesrcset"}
_SHOWN = {"poster", "background", "data-bg", "data-background", "data-background-image"}
_META = re.compile(r"(?:og|twitter):image|msapplication-tileimage|image", re.IGNORECASE)
_STYLE_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)\s]*))\s*\)""", re.IGNORECASE)
_DESCRIPTOR = re.compile(r"[^,]*,?")


def found_in_html(markup: str) -> Iterator[Found]:
    """Yield the addresses in elements and attributes, decoded; those in scripts and bare texts are not looked for."""
    root = parsed(markup)
    for element in () if root is None else root.iter(etree.Element):
        alt = _alt(element)
        for name, value in element.attrib.items():
            yield from _in_attribute(element, name.lower(), value, alt)
        if element.tag == "style":
            yield from (Found(address, shown=True) for address in in_style(element.text or ""))


def _in_attribute(element: Any, name: str, value: str, alt: str) -> Iterator[Found]:
    value = value.strip()
    if name in _LISTS:
        yield from (Found(address, alt, shown=True) for address in in_srcset(value))
    elif name == "style":
        yield from (Found(address, alt, shown=True) for address in in_style(value))
    elif is_address(value):
        yield Found(value, alt, shown=name in _SHOWN or _shows(element, name))


def _shows(element: Any, name: str) -> bool:
    if element.tag == "meta":
        return name == "content" and _META.match(element.get("property") or element.get("name") or "") is not None
    if element.tag == "link":
        return "icon" in (element.get("rel") or "") or element.get("as") == "image"
    return element.tag in _SHOWING


def _alt(element: Any) -> str:
    """Return what an element's picture is said to show: its alternative text, else the caption or the title."""
    if alt := (element.get("alt") or "").strip():
        return str(alt)
    figure = next(element.iterancestors("figure"), None) if element.tag in _SHOWING else None
    caption = None if figure is None else figure.find(".//figcaption")
    return " ".join("".join(caption.itertext()).split()) if caption is not None else (element.get("title") or "")


def in_srcset(value: str) -> Iterator[str]:
    """Yield the addresses of a `srcset` (HTML, 4.8.4.2.1): they may hold commas, but not end with one."""
    rest = value.lstrip(" \t\r\n\f,")
    while rest:
        address, *behind = rest.split(None, 1)
        rest = behind[0] if behind else ""
        if address.endswith(","):
            address = address.rstrip(",")
        else:
            rest = rest[_DESCRIPTOR.match(rest).end() :]  # type: ignore[union-attr] # it matches nothing too
        yield address
        rest = rest.lstrip(" \t\r\n\f,")


def in_style(css: str) -> Iterator[str]:
    """Yield the addresses in CSS."""
    for found in _STYLE_URL.finditer(css):
        if address := (found[1] or found[2] or found[3] or "").strip():
            yield address
