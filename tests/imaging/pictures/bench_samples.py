"""Pictures to measure on: what the offline painter and the cards give, and what looks like a photograph."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from imaging.cards import Card, draw_card
from imaging.painting.painter import paint
from imaging.pictures.picture import encode
from tests import ROOT

HERO, SQUARE = (2752, 1536), (1024, 1024)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield (name, PNG) of each."""
    for topic in ("laktoseintoleranz-und-laktase", "how-sourdough-rises", "arabic-coffee"):
        yield f"painted hero, {topic}", encode(paint(topic, HERO, None), "png")
    yield "painted square", encode(paint("kaffee", SQUARE, "#b5532a"), "png")
    excerpt = "Was im Körper passiert, wenn Laktase fehlt."
    yield "card", draw_card(Card("Laktoseintoleranz und Laktase", excerpt, "#b5532a", None, "minimal", (1200, 630)))
    yield "photo-like hero, smooth", _png(photo(HERO, roughness=1.9, grain=1))
    yield "photo-like hero, detailed", _png(photo(HERO, roughness=1.5, grain=2))
    yield "photo-like square, detailed", _png(photo(SQUARE, roughness=1.5, grain=2))
    gallery = ROOT / "docs" / "images" / "gallery.webp"
    yield f"screenshot ({gallery.relative_to(ROOT)})", _png(Image.open(gallery).convert("RGB"))


def photo(size: tuple[int, int], *, roughness: float, grain: float, seed: int = 7) -> Image.Image:
    """A picture with the spectrum of natural scenes, whose detail falls off with frequency, and a sensor's grain.

    `roughness` is the exponent of that fall (natural scenes: 1 for amplitudes, more where lenses and models smooth),
    `grain` the noise's standard deviation in grey levels.
    """
    random = np.random.default_rng(seed)
    width, height = size
    frequency = np.hypot(np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width)[None] * width)
    frequency[0, 0] = 1
    fall = frequency**-roughness

    def cloud() -> Any:
        phase = random.normal(size=fall.shape) + 1j * random.normal(size=fall.shape)
        plane = np.fft.irfft2(phase * fall, s=(height, width))
        return (plane - plane.mean()) / plane.std()

    light = cloud()
    planes = [
        np.clip(128 + 48 * (light + 0.35 * cloud()) + random.normal(0, grain, light.shape), 0, 255) for _ in "rgb"
    ]
    return Image.fromarray(np.dstack(planes).astype(np.uint8))


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
