"""Drawing a card and encoding it as PNG or JPEG."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from threading import Lock

from PIL import Image

from imaging.card_templates import Template
from imaging.cards.card import Card
from imaging.cards.templates.gradient import draw_gradient
from imaging.cards.templates.minimal import draw_minimal
from imaging.cards.templates.photo import draw_photo
from imaging.cards.templates.split import draw_split

MAX_BYTES = 300_000  # WhatsApp shows no preview for pictures much larger
_QUALITIES = (92, 88, 84, 79, 73, 66, 56, 40, 25, 12)

PLAIN: Mapping[Template, Callable[[Card], Image.Image]] = {"minimal": draw_minimal, "gradient": draw_gradient}
OVER_HERO: Mapping[Template, Callable[[Card, bytes], Image.Image]] = {"photo": draw_photo, "split": draw_split}

_lock = Lock()


def draw_card(card: Card) -> bytes:
    """Return the card, at most 300 kB: a PNG, or a JPEG if it shows the hero.

    Equal cards are drawn once, even by concurrent threads; the last eight are cached.
    Raises ValueError naming the field if the logo is not a picture, or if the template needs a hero and has none.
    """
    with _lock:  # one at a time: drawing holds the interpreter's lock anyway
        return _draw_once(card)


@lru_cache(maxsize=8)  # few, as the key holds the hero: megabytes
def _draw_once(card: Card) -> bytes:
    if draw_plain := PLAIN.get(card.template):
        return _encode(draw_plain(card))
    if card.hero is None:
        raise ValueError(f"hero: the template {card.template} needs one")
    return _jpeg(OVER_HERO[card.template](card, card.hero))


def _encode(picture: Image.Image) -> bytes:
    data = _png(picture)
    if len(data) > MAX_BYTES:  # a photographic logo
        data = _png(picture.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG))
    return data


def _png(picture: Image.Image) -> bytes:
    with BytesIO() as out:
        picture.save(out, "PNG")  # `optimize` takes four times as long for a twentieth fewer bytes
        return out.getvalue()


def _jpeg(picture: Image.Image) -> bytes:
    """Encode at the best quality under the size limit, by bisection; at worst at the lowest."""
    best, low, high = b"", 0, len(_QUALITIES)
    while low < high:
        middle = (low + high) // 2
        data = _jpeg_at(picture, _QUALITIES[middle])
        best, low, high = (data, low, middle) if len(data) <= MAX_BYTES else (best, middle + 1, high)
    return best or _jpeg_at(picture, _QUALITIES[-1])


def _jpeg_at(picture: Image.Image, quality: int) -> bytes:
    with BytesIO() as out:
        picture.save(out, "JPEG", quality=quality, subsampling=0, optimize=True)  # 4:4:4 keeps letters sharp
        return out.getvalue()
