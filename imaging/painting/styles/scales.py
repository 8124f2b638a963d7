"""Overlapping scales of rings, after the Japanese pattern of waves (seigaiha)."""

import numpy as np

from imaging.painting.palette import Canvas, Draw, Frame, Plane, Rng
from imaging.painting.styles.curves import between, heads

_TONES = np.array((0.97, 0.86, 0.66, 0.45, 0.28, 0.12), dtype=np.float32)


def scales(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """An article has one size of scale and one set of rings; each picture its own play of tones."""
    radius = 1 / between(series, 2.4, 4.4)
    rings, turn = int(series.integers(3, 6)), int(series.integers(1, 4))
    fading = between(series, 0.0, 0.16) * (1 if heads(series) else -1)
    columns, rows = int(frame.width / radius / 2) + 3, int(frame.height / radius * 2) + 4
    dice, shift = rng.integers(len(_TONES), size=(rows, columns, 1)), float(rng.random()) * radius
    steps = np.array([0, *range(rings)])  # the innermost ring twice: it borders on itself
    tones = _TONES[(dice + steps * turn) % len(_TONES)]
    hues = ((rng.random((rows, columns, 1)) < 0.1) & (steps == 0)).astype(np.float32)
    tones = np.where(hues > 0, np.float32(0.55), tones)

    def row(canvas: Canvas, i: int) -> None:
        y = (i - 1) * radius / 2
        if not y - radius <= canvas.y[-1, 0] or canvas.y[0, 0] > y + radius / 8:  # the next rows hide the rest
            return
        along = (canvas.x + shift) / (2 * radius) + 0.5 * (i % 2)
        column = np.floor(along)
        dx, dy = (along - column - 0.5) * 2 * radius, canvas.y - y
        d = np.sqrt(dx * dx + dy * dy)
        share = np.minimum(d / radius, 0.999) * rings
        ring = share.astype(np.intp)
        edge = np.minimum((share - ring).astype(np.float32) * (radius / rings / canvas.px), 1)
        index = column.astype(np.intp) * (rings + 1) + ring
        cover = canvas.inside(radius - d)
        canvas.lay(cover, _between(tones[i], index, edge) + fading * (dy / radius))
        if hues[i].any() or canvas.hue.any():
            hue = _between(hues[i], index, edge)
            np.add(canvas.hue, cover * (hue - canvas.hue), out=canvas.hue)

    def draw(canvas: Canvas) -> None:
        for i in range(rows):
            row(canvas, i)

    return draw


def _between(table: Plane, index: Plane, edge: Plane) -> Plane:
    """What the table has for a ring; at the ring's inner edge, what it has for its neighbour."""
    inner, outer = table.ravel().take(index), table.ravel().take(index + 1)  # type: ignore[arg-type] # integers
    blended: Plane = inner + edge * (outer - inner)
    return blended
