"""Style `tiles`: quarter discs, leaves and arcs on a square grid, in the manner of the Bauhaus."""

from collections.abc import Callable

import numpy as np

from imaging.painting.palette import Draw, Frame, Plane, Rng, Strip

_MOTIFS: tuple[Callable[[Plane, Plane, Plane], Plane], ...] = (  # signed distances in a unit square
    lambda _u, _v, corner: 1 - corner,  # a quarter disc
    lambda u, v, corner: np.minimum(1 - corner, 1 - np.sqrt((1 - u) * (1 - u) + (1 - v) * (1 - v))),  # a leaf
    lambda u, v, _: 0.5 - np.sqrt((u - 0.5) * (u - 0.5) + v * v),  # a half disc
    lambda _u, _v, corner: 0.125 - np.abs(np.abs(corner - 0.625) - 0.25),  # two arcs
    lambda u, v, _: 0.3 - np.sqrt((u - 0.5) * (u - 0.5) + (v - 0.5) * (v - 0.5)),  # a disc
    lambda u, v, _: (1 - u - v) * 0.7071,  # a corner
)


def tiles(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """Return the drawing function. Shared by the series: tile size and three motifs; per picture: their arrangement."""
    across = int(series.integers(3, 6))
    columns, rows = round(frame.width * across), round(frame.height * across)
    motifs = [_MOTIFS[i] for i in series.permutation(len(_MOTIFS))[:3]]
    wide, high = frame.width / columns, frame.height / rows
    tones = (0.97, 0.9, 0.72, 0.45, 0.30, 0.12)
    dice = rng.random((rows, columns, 6)).tolist()

    def cell(strip: Strip, left: float, top: float, roll: list[float]) -> None:
        ground, figure, motif, mirror, upend, rare = roll
        below = int(ground * 6)
        u, v = (strip.x - left) / wide, (strip.y - top) / high
        u, v = (1 - u if mirror < 0.5 else u), (1 - v if upend < 0.5 else v)
        d = motifs[int(motif * 3)](u, v, np.sqrt(u * u + v * v)) * wide
        accent = rare < 0.16
        tone = 0.5 if accent else tones[(below + 2 + int(figure * 3)) % 6]
        strip.tone[:] = tones[below]
        strip.lay(strip.inside(d), tone + 0.16 * (u + v - 1), float(accent))

    def draw(strip: Strip) -> None:
        edges = np.searchsorted(strip.x[0], [i * wide for i in range(columns)] + [frame.width])
        down = np.searchsorted(strip.y[:, 0], [i * high for i in range(rows)] + [frame.height])
        for row in range(rows):
            for column in range(columns):
                part = strip.part(slice(down[row], down[row + 1]), slice(edges[column], edges[column + 1]))
                if part.tone.size:
                    cell(part, column * wide, row * high, dice[row][column])

    return draw
