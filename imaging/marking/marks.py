"""Marks: an AI-made picture says what it is, in a way that machines read (Article 50(2) of the EU AI Act).

The mark is an XMP packet with the IPTC's digital source type (https://cv.iptc.org/newscodes/digitalsourcetype/),
the generator, the model and the time. It is put into the file as it came: no pixel is encoded anew, and the same
picture and facts always give the same bytes, so that a retry stores what the first try has stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from imaging.makers import MAKERS, Provider, SourceType
from imaging.marking import xmp
from imaging.pictures.cleaning import bare
from imaging.pictures.containers import has_room, packet_in, packets, with_packet, without_words
from imaging.spec import ImageSpec

GENERATOR = "article-images"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a mark says. `created` is ISO 8601; None where it would be no fact.

    (What is painted or drawn here is the same at any time.)
    """

    source_type: SourceType
    system: str
    created: str | None = None
    prompt: str | None = None

    @property
    def properties(self) -> dict[str, str]:
        """The facts as XMP properties."""
        said = {
            xmp.DIGITAL_SOURCE_TYPE: self.source_type.value,
            xmp.AI_SYSTEM: self.system,
            xmp.CREATOR_TOOL: GENERATOR,
            xmp.CREATE_DATE: self.created,
            xmp.AI_PROMPT: self.prompt,
        }
        return {name: text for name, value in said.items() if value and (text := xmp.printable(value))}


def source_type(provider: Provider, contains: Iterable[Provider] = ()) -> SourceType | None:
    """Return what a picture by `provider` is made of; None for a card that holds nothing by a model: it needs no mark.

    `contains` are the makers of the pictures inside it.
    """
    if own := MAKERS[provider].source_type:
        return own
    trained = any(MAKERS[maker].source_type is SourceType.TRAINED for maker in contains)
    return SourceType.COMPOSITE if trained else None


def facts(spec: ImageSpec, created: str | None, *, tell_prompt: bool = False) -> Facts | None:
    """Return what is to be said of `spec`'s picture, None where nothing is. Prompts stay out unless asked for.

    `created` is left out where the same picture is made at any time: of what is painted or drawn here.
    """
    known = facts_known_of(spec.provider, spec.model, spec.contains)
    if known is None or known.source_type is not SourceType.TRAINED:
        return known
    return replace(known, created=created, prompt=spec.prompt if tell_prompt else None)


def facts_known_of(provider: Provider, model: str, contains: Sequence[Provider] = ()) -> Facts | None:
    """Return what is to be said of a picture of which only its maker and what it contains are known."""
    kind = source_type(provider, contains)
    if kind is SourceType.COMPOSITE:
        return Facts(kind, ", ".join(dict.fromkeys(contains)))  # the card's own maker is no AI system
    return Facts(kind, f"{provider}: {model}") if kind else None


def mark(data: bytes, said: Facts) -> bytes:
    """Return the PNG, JPEG or WebP picture with its mark. What it says of itself already stays, and wins.

    But a picture that a model has made does not stay a photograph because its file says so: a source type that denies
    the model gives way, wherever it stands. A picture that is marked already is returned as it is.
    """
    before = packet_in(data)
    packet = packet_with(before, said)
    if before and not has_room(data, packet):
        # What a picture says of its origin stays; a long story without that gives way to the mark.
        packet = before if xmp.source_types(before) <= _affirmed(said) else b""
        packet = packet if xmp.DIGITAL_SOURCE_TYPE in xmp.read(packet) else xmp.merged(None, said.properties)
    return data if packet == before and packets(data) == 1 else with_packet(data, packet)


def with_mark(data: bytes, said: Facts, hidden: str | None = None) -> tuple[bytes, str | None]:
    """Return the picture with its mark and without the words `hidden`, and a note where it has none."""
    for without, attempt in (("", data), ("other metadata", bare(data))):
        try:
            found = mark(without_words(attempt, hidden) if hidden else attempt, said)
            if xmp.DIGITAL_SOURCE_TYPE in marks(found):
                return found, f"stored without its {without}: they cannot be read" if without else None
        except Exception:  # noqa: BLE001, S112 - whatever metadata do to a parser, the picture is paid for
            continue
    return data, "stored without the mark that an AI picture has: it cannot be put into this file"


def packet_with(before: bytes | None, said: Facts) -> bytes:
    """Return the XMP packet `before`, if any, with what is to be said."""
    if before and not xmp.source_types(before) <= _affirmed(said):
        before = xmp.without_source_types(before)
    return xmp.merged(before, said.properties)


def _affirmed(said: Facts) -> frozenset[str]:
    """The source types that do not contradict ours: a model's picture may be told as part of a composite."""
    if said.source_type is SourceType.ALGORITHMIC:
        return frozenset({SourceType.ALGORITHMIC.value})
    return frozenset({SourceType.TRAINED.value, SourceType.COMPOSITE.value})


def marks(data: bytes) -> Mapping[str, str]:
    """Return the properties that a picture's mark has, by XMP name; none where there is no mark. Raises OSError."""
    packet = packet_in(data)
    return xmp.read(packet) if packet else {}
