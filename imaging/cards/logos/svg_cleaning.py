"""SVG logos made safe to be served: known elements and attributes alone, no scripts, no links, nothing of others."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_SVG, _XLINK, _XML = (
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/XML/1998/namespace",
)
_ELEMENTS = {
    "svg", "g", "defs", "symbol", "use", "switch", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "text", "tspan", "textPath", "image", "clipPath", "mask", "pattern", "marker", "linearGradient", "radialGradient",
    "stop", "filter", "style", "title", "desc",
}  # fmt: skip
_EFFECT = re.compile(r"fe[A-Z][A-Za-z]+")
_NAME = re.compile(r"(?:\{(?P<space>[^}]*)\})?(?P<name>[A-Za-z][A-Za-z0-9_.-]*)")
_XLINK_NAMES, _XML_NAMES = {"href"}, {"space", "lang"}

ElementTree.register_namespace("", _SVG)
ElementTree.register_namespace("xlink", _XLINK)


def cleaned_svg(root: Element) -> bytes:
    """Return the document with what draws it, in UTF-8: without scripts, events, links, animations and foreign parts.

    A link becomes a plain group. What it refers to must have been checked before.
    """
    clean = _cleaned(root)
    if clean is None:
        raise ValueError("not an SVG: its first element is another")
    data: bytes = ElementTree.tostring(clean, encoding="utf-8", xml_declaration=True)
    return data


def _cleaned(element: Element) -> Element | None:
    name = _element_name(element)
    if name is None:
        return None
    attributes = dict(filter(None, (_attribute(*pair) for pair in element.attrib.items())))
    if name == "g":  # was a link, perhaps
        attributes = {known: value for known, value in attributes.items() if known.rpartition("}")[2] != "href"}
    clean = Element(f"{{{_SVG}}}{name}", attributes)
    clean.text, clean.tail = element.text, element.tail
    clean.extend([part for child in element if (part := _cleaned(child)) is not None])
    return clean


def _element_name(element: Element) -> str | None:
    """Return the element's name in SVG; None for one that is left out."""
    match = _NAME.fullmatch(element.tag) if isinstance(element.tag, str) else None  # comments have a function
    if match is None or match["space"] not in {None, "", _SVG}:
        return None
    name = "g" if match["name"] == "a" else match["name"]
    return name if name in _ELEMENTS or _EFFECT.fullmatch(name) else None


def _attribute(name: str, value: str) -> tuple[str, str] | None:
    match = _NAME.fullmatch(name)
    if match is None or match["name"].lower().startswith("on"):
        return None
    known = {_XLINK: _XLINK_NAMES, _XML: _XML_NAMES}
    if space := match["space"]:
        return (name, value) if match["name"] in known.get(space, ()) else None
    return name, value
