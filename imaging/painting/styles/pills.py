"""Columns of capsules, like a rain of pills or the keys of a barrel organ."""

import numpy as np

from imaging.painting.palette import Canvas, Draw, Frame, Plane, Rng
from imaging.painting.styles.curves import between, heads

_TONES = (0.95, 0.82, 0.62, 0.45, 0.30, 0.18)


def pills(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """An article has one width of column and one ground; each picture its own lengths."""
    across = int(series.integers(5, 9))
    ground = 0.06 if heads(series) else 1.0
    gap, longest = between(series, 0.06, 0.14), between(series, 2.2, 4.0)
    columns = max(2, round(frame.width * across))
    wide = frame.width / columns
    rows = [_lengths(rng, frame.height / wide, longest) for _ in range(columns)]

    def draw(canvas: Canvas) -> None:
        canvas.tone[:] = ground
        edges = np.searchsorted(canvas.x[0], [i * wide for i in range(columns)] + [frame.width])
        for column, capsules in enumerate(rows):
            part = canvas.part(slice(None), slice(edges[column], edges[column + 1]))
            if part.tone.size:
                _column(part, column * wide + wide / 2, wide, gap, capsules)

    return draw


def _lengths(rng: Rng, height: float, longest: float) -> list[tuple[float, float, float, float]]:
    """Capsules of a column as (top, bottom, tone, hue), in widths of the column."""
    found, top, before = [], -float(rng.random()) * longest, -1
    while top < height:
        length = 1 + float(rng.random()) ** 2 * (longest - 1)
        index = (before + 1 + int(rng.integers(len(_TONES) - 1))) % len(_TONES)
        found.append((top, top + length, _TONES[index], float(rng.random() < 0.13)))
        top, before = top + length, index
    return found


def _column(
    canvas: Canvas, middle: float, wide: float, gap: float, capsules: list[tuple[float, float, float, float]]
) -> None:
    radius = wide * (0.5 - gap / 2)
    first, last = float(canvas.y[0, 0]), float(canvas.y[-1, 0])
    for top, bottom, tone, hue in capsules:
        if bottom * wide < first - wide or top * wide > last + wide:
            continue
        d = _to_axis(canvas, middle, top * wide + wide / 2, bottom * wide - wide / 2)
        side = (canvas.x - middle) / wide  # round: lit from the left
        shown = 0.5 if hue else tone
        canvas.lay(canvas.inside(radius - d), shown - 0.16 * side, hue)


def _to_axis(canvas: Canvas, x: float, top: float, bottom: float) -> Plane:
    """Distance from the line that a capsule is drawn around."""
    dx, dy = canvas.x - x, canvas.y - np.clip(canvas.y, top, max(top, bottom))
    distance: Plane = np.sqrt(dx * dx + dy * dy)
    return distance
