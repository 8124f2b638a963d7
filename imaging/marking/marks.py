"""Machine-readable marking of AI-made pictures (Article 50(2) of the EU AI Act).

The mark is an XMP packet with the IPTC's digital source type (https://cv.iptc.org/newscodes/digitalsourcetype/),
the generator, the model and the time. It is added without re-encoding pixels, and the same picture and facts always
give the same bytes, so that a retry stores the same object as the first attempt.
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
    """The content of a mark. `created` is ISO 8601; None for painted and drawn pictures, which are reproducible."""

    source_type: SourceType
    system: str
    created: str | None = None
    prompt: str | None = None

    @property
    def properties(self) -> dict[str, str]:
        """The facts as XMP properties."""
        values = {
            xmp.DIGITAL_SOURCE_TYPE: self.source_type.value,
            xmp.AI_SYSTEM: self.system,
            xmp.CREATOR_TOOL: GENERATOR,
            xmp.CREATE_DATE: self.created,
            xmp.AI_PROMPT: self.prompt,
        }
        return {name: text for name, value in values.items() if value and (text := xmp.printable(value))}


def source_type(provider: Provider, contains: Iterable[Provider] = ()) -> SourceType | None:
    """Return the source type of a picture by `provider`; None for a card without AI pictures, which needs no mark.

    `contains`: the makers of the pictures inside it.
    """
    if own := MAKERS[provider].source_type:
        return own
    trained = any(MAKERS[maker].source_type is SourceType.TRAINED for maker in contains)
    return SourceType.COMPOSITE if trained else None


def facts_of(spec: ImageSpec, created: str | None, *, tell_prompt: bool = False) -> Facts | None:
    """Return the facts to mark `spec`'s picture with, None if it needs no mark. `tell_prompt`: include the prompt.

    `created` and the prompt are used for pictures by a trained model alone.
    """
    known = facts_known_of(spec.provider, spec.model, spec.contains)
    if known is None or known.source_type is not SourceType.TRAINED:
        return known
    return replace(known, created=created, prompt=spec.prompt if tell_prompt else None)


def facts_known_of(provider: Provider, model: str, contains: Sequence[Provider] = ()) -> Facts | None:
    """Return the facts of a picture, from its maker and the makers of its contents alone; None if it needs no mark."""
    kind = source_type(provider, contains)
    if kind is SourceType.COMPOSITE:
        return Facts(kind, ", ".join(dict.fromkeys(contains)))  # without the card's own maker, which is not AI
    return Facts(kind, provider if model == provider else f"{provider}: {model}") if kind else None


def mark(data: bytes, facts: Facts) -> bytes:
    """Return the PNG, JPEG or WebP picture with its mark, keeping the metadata that it has.

    A source type that contradicts the mark (such as a photograph) is removed, in any namespace. A picture with a valid
    mark is returned unchanged.
    """
    before = packet_in(data)
    packet = packet_with(before, facts)
    if before and not has_room(data, packet):
        # No room for both: keep the picture's own packet if it has a valid source type, else replace it by the mark.
        packet = before if xmp.source_types(before) <= _affirmed(facts) else b""
        packet = packet if xmp.DIGITAL_SOURCE_TYPE in xmp.read(packet) else xmp.merged(None, facts.properties)
    return data if packet == before and packets(data) == 1 else with_packet(data, packet)


def with_mark(data: bytes, facts: Facts, hidden: str | None = None) -> tuple[bytes, str | None]:
    """Return the picture with its mark and without comments that contain `hidden`, and a note if marking failed."""
    for without, attempt in (("", data), ("other metadata", bare(data))):
        try:
            found = mark(without_words(attempt, hidden) if hidden else attempt, facts)
            if xmp.DIGITAL_SOURCE_TYPE in marks(found):
                return found, f"stored without its {without}: they cannot be read" if without else None
        except Exception:  # noqa: BLE001, S112 - broken metadata must not lose a picture that is paid for
            continue
    return data, "stored without the mark that an AI picture has: it cannot be put into this file"


def packet_with(before: bytes | None, facts: Facts) -> bytes:
    """Return the XMP packet `before`, if any, with these facts added."""
    if before and not xmp.source_types(before) <= _affirmed(facts):
        before = xmp.without_source_types(before)
    return xmp.merged(before, facts.properties)


def _affirmed(facts: Facts) -> frozenset[str]:
    """Return the source types that do not contradict the facts: a model's picture may be marked as a composite."""
    if facts.source_type is SourceType.ALGORITHMIC:
        return frozenset({SourceType.ALGORITHMIC.value})
    return frozenset({SourceType.TRAINED.value, SourceType.COMPOSITE.value})


def marks(data: bytes) -> Mapping[str, str]:
    """Return the properties of a picture's mark, by XMP name; empty without a mark. Raises OSError."""
    packet = packet_in(data)
    return xmp.read(packet) if packet else {}
