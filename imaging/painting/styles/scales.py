"""Style `scales`: overlapping scales of rings, after the Japanese wave pattern seigaiha."""

import numpy as np
from numpy.typing import NDArray

from imaging.painting.palette import Draw, Frame, Plane, Rng, Strip
from imaging.painting.styles.curves import between, heads

_TONES = np.array((0.97, 0.86, 0.66, 0.45, 0.28, 0.12), dtype=np.float32)


def scales(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """Return the drawing function. Shared by the series: size of scales and rings; per picture: the tones."""
    radius = 1 / between(series, 2.4, 4.4)
    rings, turn = int(series.integers(3, 6)), int(series.integers(1, 4))
    fading = between(series, 0.0, 0.16) * (1 if heads(series) else -1)
    columns, rows = int(frame.width / radius / 2) + 3, int(frame.height / radius * 2) + 4
    dice, shift = rng.integers(len(_TONES), size=(rows, columns, 1)), float(rng.random()) * radius
    steps = np.array([0, *range(rings)])  # the innermost ring twice, since it has no inner neighbour to blend with
    tones = _TONES[(dice + steps * turn) % len(_TONES)]
    hues = ((rng.random((rows, columns, 1)) < 0.1) & (steps == 0)).astype(np.float32)
    tones = np.where(hues > 0, np.float32(0.55), tones)

    def row(strip: Strip, i: int) -> None:
        y = (i - 1) * radius / 2
        if not y - radius <= strip.y[-1, 0] or strip.y[0, 0] > y + radius / 8:  # the next rows hide the rest
            return
        along = (strip.x + shift) / (2 * radius) + 0.5 * (i % 2)
        column = np.floor(along)
        dx, dy = (along - column - 0.5) * 2 * radius, strip.y - y
        d = np.sqrt(dx * dx + dy * dy)
        share = np.minimum(d / radius, 0.999) * rings
        ring = share.astype(np.intp)
        edge = np.minimum((share - ring).astype(np.float32) * (radius / rings / strip.px), 1)
        index = column.astype(np.intp) * (rings + 1) + ring
        cover = strip.inside(radius - d)
        strip.lay(cover, _between(tones[i], index, edge) + fading * (dy / radius))
        if hues[i].any() or strip.hue.any():
            hue = _between(hues[i], index, edge)
            np.add(strip.hue, cover * (hue - strip.hue), out=strip.hue)

    def draw(strip: Strip) -> None:
        for i in range(rows):
            row(strip, i)

    return draw


def _between(table: Plane, index: NDArray[np.intp], edge: Plane) -> Plane:
    """Return the table's value for a ring, blended with the next ring's at its inner edge."""
    inner, outer = table.ravel().take(index), table.ravel().take(index + 1)
    blended: Plane = inner + edge * (outer - inner)
    return blended
