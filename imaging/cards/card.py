"""The Card model: text, branding, template and size of a card."""

from dataclasses import dataclass

from imaging.card_templates import DEFAULT_TEMPLATE, Template


@dataclass(frozen=True, slots=True)
class Card:
    """One card. Equal cards give equal pictures, byte for byte."""

    title: str  # 1..300 characters, any script
    excerpt: str = ""
    color: str | None = None  # the brand's '#rrggbb', validated by Brand; None is the default colour
    logo: bytes | None = None  # PNG, JPEG, WebP or SVG
    template: Template = DEFAULT_TEMPLATE
    size: tuple[int, int] = (1200, 630)  # pixels
    language: str = ""  # ISO 639-1, for hyphenation
    hero: bytes | None = None  # PNG, JPEG or WebP, shown by `photo` and `split`
    site_name: str = ""
    font: bytes | None = None  # the tenant's own, as `accepted_font` returns it
