"""Samples of a brand: cards in every template with titles of three lengths, and its logo on every ground."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import get_args

from PIL import Image

from imaging.card_templates import Template
from imaging.cards.canvas import Box, Canvas
from imaging.cards.card import Card
from imaging.cards.contrast import HOUSE_COLOR, NIGHT, RGB, SHAPE_CONTRAST, WHITE, Scheme, contrast, mix, parse_color
from imaging.cards.draw import OVER_HERO, draw_card
from imaging.cards.foot import with_foot
from imaging.cards.hero import open_hero
from imaging.cards.layout import Texts
from imaging.painting.painter import paint

_TITLES = {
    "de": (
        "Neu im Haus",
        "Was sich in diesem Jahr ändert und was bleibt",
        "Ein langer Titel, wie er in Fachartikeln vorkommt, mit Nebensatz, Doppelpunkt und allem: was davon auf der"
        " Karte lesbar bleibt",
    ),
    "en": (
        "New in house",
        "What changes this year, and what stays",
        "A long title as they come in trade journals, with a subordinate clause, a colon and all the rest: how much of"
        " it stays legible on a card",
    ),
}
_EXCERPT = {"de": "Ein Satz, der neugierig macht.", "en": "A sentence that makes curious."}
_LENGTHS = ("short title", "middle title", "long title")
_HERO_SIZE = 1376, 768
_PALE = 0.6  # share of white or black in the light and the dark hero
_SWATCH = 48, 430, 648, 606  # the part of a card of 1200x630 with its foot


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture with its name; `data` as PNG or JPEG. `group`: the template, or "logo"."""

    group: str
    name: str
    data: bytes


def card_samples(brand: Card, language: str | None) -> Iterator[Sample]:
    """Yield the brand's cards: each template with each length of title, over a light and a dark hero if it shows one.

    `brand` is a card of the brand; its title does not matter.
    """
    spoken = language if language in _TITLES else "en"
    for template in get_args(Template):
        for shade, hero in heroes(brand.color).items() if template in OVER_HERO else [("", None)]:
            for length, title in zip(_LENGTHS, _TITLES[spoken], strict=True):
                excerpt = "" if length == _LENGTHS[-1] else _EXCERPT[spoken]
                card = replace(brand, title=title, excerpt=excerpt, template=template, language=spoken, hero=hero)
                yield Sample(template, f"{length}{shade}", draw_card(card))


def logo_samples(brand: Card) -> Iterator[Sample]:
    """Yield the brand's foot (logo, name or mark) on every ground that it may meet."""
    accent = parse_color(brand.color or HOUSE_COLOR)
    plain = {"white": WHITE, "pale": mix(WHITE, accent, 0.04), "grey": (128, 128, 128), "the brand's colour": accent,
             "dark": mix(NIGHT, accent, 0.2), "black": (0, 0, 0)}  # fmt: skip
    grounds = {name: Image.new("RGB", (1200, 630), color) for name, color in plain.items()}
    grounds |= {f"photo{shade}": open_hero(hero).resize((1200, 630)) for shade, hero in heroes(brand.color).items()}
    for name, ground in grounds.items():
        yield Sample("logo", name, _png(_with_foot(brand, ground).crop(_SWATCH)))


@lru_cache(maxsize=2)
def heroes(color: str | None) -> Mapping[str, bytes]:
    """Return a light and a dark picture in the brand's colour."""
    painted = open_hero(_png(paint("brand", _HERO_SIZE, color)))
    grounds = {" over a light picture": "white", " over a dark picture": "black"}
    return {
        name: _png(Image.blend(painted, Image.new("RGB", _HERO_SIZE, tone), _PALE)) for name, tone in grounds.items()
    }


def _with_foot(brand: Card, ground: Image.Image) -> Image.Image:
    mean = ground.crop(_SWATCH).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    paper: RGB = mean if isinstance(mean, tuple) and len(mean) == 3 else WHITE
    ink = max((WHITE, NIGHT), key=lambda tone: contrast(tone, paper))
    accent = parse_color(brand.color or HOUSE_COLOR)
    shown = accent if contrast(accent, paper) >= SHAPE_CONTRAST else ink
    canvas = Canvas(ground, Scheme(paper, ink, ink, shown), Box(72, 80, 1120, 570), rtl=False)
    with_foot(canvas, brand, Texts.of(brand), mark=True)
    return ground


def _png(picture: Image.Image) -> bytes:
    with BytesIO() as out:
        picture.save(out, "PNG", compress_level=1)
        return out.getvalue()
