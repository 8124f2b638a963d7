"""What a card says and how it should look."""

from dataclasses import dataclass

from imaging.card_templates import DEFAULT_TEMPLATE, Template


@dataclass(frozen=True, slots=True)
class Card:
    """One card. Equal cards are equal pictures, byte for byte."""

    title: str  # 1..300 characters, any script
    excerpt: str = ""
    color: str | None = None  # the brand's '#rrggbb', validated elsewhere; None is the house colour
    logo: bytes | None = None  # PNG, JPEG, WebP or SVG
    template: Template = DEFAULT_TEMPLATE
    size: tuple[int, int] = (1200, 630)  # pixels
    language: str = ""  # ISO 639-1: whose syllables long words are broken at
    hero: bytes | None = None  # PNG, JPEG or WebP: what `photo` and `split` show
