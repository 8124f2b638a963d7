"""The rules of a bucket: ours merged with those that are there. XML in, XML out, so that others' stay as they are.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html: a PUT overwrites all rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

Kind = Literal["lifecycle", "cors"]
NAME = "article-images"
"""The ID of our rules, with their prefix if they have one. By it a later merge finds them."""
UNFINISHED_DAYS = 1
_ROOTS: dict[Kind, str] = {"lifecycle": "LifecycleConfiguration", "cors": "CORSConfiguration"}
_RULES: dict[Kind, str] = {"lifecycle": "Rule", "cors": "CORSRule"}
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_OLD, _UNFINISHED = "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"
_CORS_SECONDS = 3600  # that a browser remembers the answer


@dataclass(frozen=True, slots=True)
class Wanted:
    """Our rules for the objects below `prefix`: old versions go after `days`; pages on `origins` may read."""

    days: int
    prefix: str = ""
    origins: tuple[str, ...] = ("*",)

    @property
    def id(self) -> str:
        """The ID of our rule."""
        return f"{NAME} {self.prefix}".strip()


class NoRules(ValueError):
    """A document is not the rules that were asked for: the store has none of this kind."""


def merged_rules(kind: Kind, there: bytes | None, wanted: Wanted) -> bytes:
    """Return the document with our rule in place of an earlier one of ours, behind all others.

    What a rule of others does already, ours leaves out. Raises NoRules.
    """
    root = _parsed(kind, there)
    others = []
    for rule in list(root):
        if _text(rule, "ID") == wanted.id:
            root.remove(rule)
        else:
            others.append(rule)
    build = _lifecycle if kind == "lifecycle" else _cors
    if ours := list(build(wanted, others)):
        rule = _added(root, _RULES[kind])
        for path, text in ours:
            _put(rule, path, text)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def shown_rules(kind: Kind, document: bytes | None) -> list[str]:
    """Return a line for each rule: its ID, what it is on, what it does. Raises NoRules."""
    return [_line(rule) for rule in _parsed(kind, document)]


def _lifecycle(wanted: Wanted, others: Sequence[etree._Element]) -> Iterator[tuple[str, str]]:
    days = {_OLD: ("NoncurrentDays", wanted.days), _UNFINISHED: ("DaysAfterInitiation", UNFINISHED_DAYS)}
    actions = {name: how for name, how in days.items() if not any(_does(rule, name, wanted.prefix) for rule in others)}
    if not actions:
        return
    yield "ID", wanted.id
    yield "Filter/Prefix", wanted.prefix
    yield "Status", "Enabled"
    for name, (unit, number) in actions.items():
        yield f"{name}/{unit}", str(number)


def _cors(wanted: Wanted, others: Sequence[etree._Element]) -> Iterator[tuple[str, str]]:
    allowed = {
        origin.text
        for rule in others
        if {"GET", "HEAD"} <= {method.text for method in rule.findall("{*}AllowedMethod")}
        for origin in rule.findall("{*}AllowedOrigin")
    }
    origins = [] if "*" in allowed else [origin for origin in wanted.origins if origin not in allowed]
    if not origins:
        return
    yield "ID", wanted.id
    for origin in origins:
        yield "AllowedOrigin", origin
    yield "AllowedMethod", "GET"
    yield "AllowedMethod", "HEAD"
    yield "MaxAgeSeconds", str(_CORS_SECONDS)


def _does(rule: etree._Element, action: str, prefix: str) -> bool:
    """Return whether a rule that is in force does this to all objects below the prefix."""
    conditions = [child for child in rule.findall("{*}Filter/*") if etree.QName(child).localname != "Prefix"]
    on = _text(rule, "Filter/{*}Prefix") or _text(rule, "Prefix")
    is_on = _text(rule, "Status") == "Enabled" and not conditions and prefix.startswith(on)
    return is_on and rule.find(f"{{*}}{action}") is not None


def _parsed(kind: Kind, document: bytes | None) -> etree._Element:
    if document is None:
        return etree.Element(f"{{{_NAMESPACE}}}{_ROOTS[kind]}", nsmap={None: _NAMESPACE})
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=False)
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        raise NoRules from None
    if etree.QName(root).localname != _ROOTS[kind]:
        raise NoRules
    return root


def _text(element: etree._Element, path: str) -> str:
    return str(element.findtext(f"{{*}}{path}") or "").strip()


def _added(parent: etree._Element, name: str) -> etree._Element:
    namespace = etree.QName(parent).namespace
    return etree.SubElement(parent, f"{{{namespace}}}{name}" if namespace else name)


def _put(rule: etree._Element, path: str, text: str) -> None:
    *outer, name = path.split("/")
    for part in outer:
        rule = _added(rule, part)
    _added(rule, name).text = text


def _line(rule: etree._Element) -> str:
    return ", ".join(_words(child) for child in rule if isinstance(child.tag, str))


def _words(element: etree._Element) -> str:
    name = etree.QName(element).localname
    return f"{name}({_line(element)})" if len(element) else f"{name} {(element.text or '').strip()}".strip()
