"""Style `pills`: columns of capsules of different lengths."""

import numpy as np

from imaging.painting.palette import Draw, Frame, Plane, Rng, Strip
from imaging.painting.styles.curves import between, heads

_TONES = (0.95, 0.82, 0.62, 0.45, 0.30, 0.18)


def pills(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """Return the drawing function. Shared by the series: column width and background; per picture: the lengths."""
    across = int(series.integers(5, 9))
    ground = 0.06 if heads(series) else 1.0
    gap, longest = between(series, 0.06, 0.14), between(series, 2.2, 4.0)
    columns = max(2, round(frame.width * across))
    wide = frame.width / columns
    rows = [_lengths(rng, frame.height / wide, longest) for _ in range(columns)]

    def draw(strip: Strip) -> None:
        strip.tone[:] = ground
        edges = np.searchsorted(strip.x[0], [i * wide for i in range(columns)] + [frame.width])
        for column, capsules in enumerate(rows):
            part = strip.part(slice(None), slice(edges[column], edges[column + 1]))
            if part.tone.size:
                _column(part, column * wide + wide / 2, wide, gap, capsules)

    return draw


def _lengths(rng: Rng, height: float, longest: float) -> list[tuple[float, float, float, float]]:
    """Return the capsules of a column as (top, bottom, tone, hue), in units of the column's width."""
    found, top, before = [], -float(rng.random()) * longest, -1
    while top < height:
        length = 1 + float(rng.random()) ** 2 * (longest - 1)
        index = (before + 1 + int(rng.integers(len(_TONES) - 1))) % len(_TONES)
        found.append((top, top + length, _TONES[index], float(rng.random() < 0.13)))
        top, before = top + length, index
    return found


def _column(
    strip: Strip, middle: float, wide: float, gap: float, capsules: list[tuple[float, float, float, float]]
) -> None:
    radius = wide * (0.5 - gap / 2)
    first, last = float(strip.y[0, 0]), float(strip.y[-1, 0])
    for top, bottom, tone, hue in capsules:
        if bottom * wide < first - wide or top * wide > last + wide:
            continue
        d = _to_axis(strip, middle, top * wide + wide / 2, bottom * wide - wide / 2)
        side = (strip.x - middle) / wide  # shaded as if round and lit from the left
        shown = 0.5 if hue else tone
        strip.lay(strip.inside(radius - d), shown - 0.16 * side, hue)


def _to_axis(strip: Strip, x: float, top: float, bottom: float) -> Plane:
    """Return the distance of each pixel from the capsule's centre line."""
    dx, dy = strip.x - x, strip.y - np.clip(strip.y, top, max(top, bottom))
    distance: Plane = np.sqrt(dx * dx + dy * dy)
    return distance
