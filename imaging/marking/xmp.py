"""Reading and writing XMP packets: picture metadata in RDF (ISO 16684-1; properties of IPTC 2025.1)."""

from collections.abc import Mapping

from lxml import etree

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_PREFIXES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
DIGITAL_SOURCE_TYPE = "Iptc4xmpExt:DigitalSourceType"
AI_SYSTEM = "Iptc4xmpExt:AISystemUsed"
AI_PROMPT = "Iptc4xmpExt:AIPromptInformation"
CREATOR_TOOL = "xmp:CreatorTool"
CREATE_DATE = "xmp:CreateDate"

# The packet wrapper of the standard, with its fixed id; `end="r"` marks the packet as read-only in place.
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
_END = b'\n<?xpacket end="r"?>'


def read(packet: bytes) -> dict[str, str]:
    """Return the known properties of a packet; empty for one that cannot be parsed."""
    root = _parsed(packet)
    return {} if root is None else {name: value for name in _NAMES if (value := _value(root, name))}


def merged(packet: bytes | None, properties: Mapping[str, str]) -> bytes:
    """Return the packet with these properties added; existing values win.

    The same packet and properties always give the same bytes. A packet that cannot be parsed is replaced.
    """
    root = _parsed(packet) if packet else None
    missing = {name: value for name, value in properties.items() if root is None or not _value(root, name)}
    if packet and root is not None and not missing:
        return packet
    if root is None:
        root = etree.Element(f"{{{_META}}}xmpmeta", nsmap={"x": _META})
    rdf = root if root.tag == f"{{{_RDF}}}RDF" else root.find(f".//{{{_RDF}}}RDF")
    if rdf is None:
        rdf = etree.SubElement(root, f"{{{_RDF}}}RDF", nsmap={"rdf": _RDF})
    first = rdf.find(f"{{{_RDF}}}Description")  # all descriptions have the same subject
    about = "" if first is None else first.get(f"{{{_RDF}}}about", "")
    ours = etree.SubElement(rdf, f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": about}, nsmap=_PREFIXES)
    for name, value in missing.items():
        etree.SubElement(ours, _tag(name)).text = value
    # Escape a sequence that polyglot checks take for the start of a PDF.
    body: bytes = etree.tostring(root, encoding="utf-8")
    return _BEGIN + body.replace(b"%PDF", b"&#37;PDF") + _END


def source_types(packet: bytes) -> set[str]:
    """Return all values of the digital source type in a packet, in any position and namespace."""
    root = _parsed(packet)
    if root is None:
        return set()
    attributes = {
        str(value) for one in root.iter(etree.Element) for name, value in one.items() if _is_source_type(name)
    }
    return attributes | {_text(one) for one in root.iter(etree.Element) if _is_source_type(str(one.tag))}


def without_source_types(packet: bytes) -> bytes | None:
    """Return the packet without any digital source type; None if nothing else is in it."""
    root = _parsed(packet)
    if root is None or _is_source_type(str(root.tag)):
        return None
    for one in list(root.iter(etree.Element)):
        for name in [name for name in one.attrib if _is_source_type(str(name))]:
            del one.attrib[name]
        if _is_source_type(str(one.tag)) and (parent := one.getparent()) is not None:
            parent.remove(one)
    without: bytes = etree.tostring(root, encoding="utf-8")
    return without


def _is_source_type(name: str) -> bool:
    """Return whether an element or attribute is a source type, including its first name `DigitalSourcefileType`."""
    return etree.QName(name).localname.lower() in {"digitalsourcetype", "digitalsourcefiletype"}


def _text(element: etree._Element) -> str:
    text = element.get(f"{{{_RDF}}}resource") or "".join(element.itertext(etree.Element))
    return str(text).strip()


def printable(text: str) -> str:
    """Return the text without characters that XML cannot contain, and with single spaces."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def _parsed(packet: bytes) -> etree._Element | None:
    # No entities, no DTD, no network: a packet is untrusted input.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=False)
    try:
        root = etree.fromstring(packet.strip(b"\x00 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if root.getroottree().docinfo.doctype else root


def _value(root: etree._Element, name: str) -> str | None:
    """Return a property's text, written as an element, resource or attribute of RDF."""
    tag = _tag(name)
    for description in root.iter(f"{{{_RDF}}}Description"):
        if value := description.get(tag):
            return str(value)
        found = description.find(tag)
        if found is not None:
            return _text(found) or None
    return None


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


_NAMES = (DIGITAL_SOURCE_TYPE, AI_SYSTEM, AI_PROMPT, CREATOR_TOOL, CREATE_DATE)
