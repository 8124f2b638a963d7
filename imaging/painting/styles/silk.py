"""Style `silk`: folded bands across the picture, each casting a shadow on the one below."""

import numpy as np

from imaging.painting.palette import Draw, Frame, Rng, Strip
from imaging.painting.styles.curves import between, direction, heads, wave


def silk(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """Return the drawing function. Shared by the series: slant, bands and order of tones; per picture: the folds."""
    count = int(series.integers(7, 14))
    slant = (between(series, 8, 40) + between(rng, -8, 8)) * (1 if heads(rng) else -1)
    fold, falling = between(series, 0.08, 0.18), heads(series)
    cos, sin = direction(slant + (0 if frame.width >= frame.height else 90))
    middle = (frame.width / 2, frame.height / 2)
    reach = 0.5 * (abs(sin) * frame.width + abs(cos) * frame.height)
    phase, drift, second = between(rng, 0, 1), between(rng, 0.03, 0.06), between(rng, 0, 1)
    pitch = between(rng, 0.32, 0.5)
    accent = int(rng.integers(2, count - 2))
    tones = [0.10 + 0.86 * i / (count - 1) + between(rng, -0.05, 0.05) for i in range(count)]
    tones = tones[::-1] if falling else tones

    def draw(strip: Strip) -> None:
        u, v = strip.toward(middle, (cos, sin)), strip.toward(middle, (-sin, cos))
        squeeze = 1 + 0.45 * wave(u * (pitch * 0.7) + second)
        strip.tone[:] = tones[0]
        for i in range(1, count):
            bend = wave(u * pitch + (phase + drift * i))
            d = v - squeeze * ((i / count - 0.5) * 2 * reach) - fold * bend
            strip.shade(np.clip(1 + d / 0.10, 0, 1), 0.12)
            gloss = np.clip(1 - d / 0.26, 0, 1)
            strip.lay(strip.inside(d * 0.85), tones[i] - 0.05 + 0.13 * gloss * gloss, float(i == accent))

    return draw
