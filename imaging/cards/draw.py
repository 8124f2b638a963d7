"""From a card to PNG bytes."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from threading import Lock

from PIL import Image

from imaging.cards import minimal
from imaging.cards.card import Card, Template

MAX_BYTES = 300_000  # WhatsApp shows no preview for pictures much larger

# One file a template. Templates that are still to come draw as minimal: a brand may name one already,
# and its cards change when the template arrives.
TEMPLATES: Mapping[Template, Callable[[Card], Image.Image]] = {
    "minimal": minimal.draw,
    "gradient": minimal.draw,
    "photo": minimal.draw,
    "split": minimal.draw,
}

_lock = Lock()


def draw_card(card: Card) -> bytes:
    """The card as a PNG of at most 300 kB.

    Equal cards are drawn once, also when two threads ask at the same time; the last 32 are kept.
    Raises ValueError naming the field for a logo that is not a PNG, JPEG or WebP image.
    """
    with _lock:  # one at a time: drawing holds the interpreter's lock anyway
        return _draw_once(card)


@lru_cache(maxsize=32)
def _draw_once(card: Card) -> bytes:
    return _encode(TEMPLATES[card.template](card))


def _encode(picture: Image.Image) -> bytes:
    data = _png(picture)
    if len(data) > MAX_BYTES:  # a photograph: 256 well-chosen colours, dithered
        data = _png(picture.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG))
    return data


def _png(picture: Image.Image) -> bytes:
    with BytesIO() as out:
        picture.save(out, "PNG", optimize=True)
        return out.getvalue()
