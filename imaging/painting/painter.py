"""The offline painter: abstract art from a prompt, without a key to any AI vendor.

A style draws two numbers for each pixel instead of colours: `tone`, from dark (0) to pale (1), and `hue`, from the
leading ramp (0) to the accent's (1). The palette converts them to colours at the end, so that any style works with any
brand colour. The picture is painted in strips of rows that fit into the processor's cache, to be fast and use little
memory.

The same call gives the same bytes on every machine; `palette` explains how.
"""

import hashlib

import numpy as np
from PIL import Image

from imaging.painting.palette import Frame, Plane, Rng, Strip, grain, palette
from imaging.painting.styles import STYLES

_STRIP = 64  # rows; even, so that no cell of grain is cut in two


def paint(prompt: str, size: tuple[int, int], color: str | None = None, series: str | None = None) -> Image.Image:
    """Return an abstract picture for a prompt.

    Args:
        prompt: any text; the seed of the composition.
        size: width and height in pixels, 16 and more each.
        color: the brand's colour as `#rrggbb`, which leads the palette; None derives one from the series.
        series: any text; the seed of all that the pictures of an article share, such as the style. None: the prompt.

    Returns:
        An RGB picture of exactly `size`, identical for the same arguments on every machine.

    Raises:
        ValueError: a side is shorter than 16 pixels.
    """
    width, height = size
    short = min(size)
    if short < 16:
        raise ValueError(f"a picture is at least 16x16 pixels, not {width}x{height}")
    shared, rng = _dice(prompt if series is None else series), _dice(prompt)
    style = STYLES[int(shared.integers(len(STYLES)))]
    colors = palette(color, shared)
    draw = style(shared, rng, Frame(width / short, height / short, colors.sunny))
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    for top in range(0, height, _STRIP):
        rows = min(_STRIP, height - top)
        tone, hue = np.zeros((2, rows, width), dtype=np.float32)
        x, y = _centres(0, width, short)[None, :], _centres(top, rows, short)[:, None]
        draw(Strip(x, y, 1 / short, tone, hue))
        colors.develop(tone, hue, grain(rng, rows, width), pixels[top : top + rows])
    return Image.fromarray(pixels)


def _dice(seed: str) -> Rng:
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")))


def _centres(first: int, count: int, short: int) -> Plane:
    centres: Plane = (np.arange(first, first + count, dtype=np.float32) + 0.5) / short
    return centres
