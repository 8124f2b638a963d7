"""Style `strata`: layers of cut paper seen from above, each casting a shadow on the one below."""

import numpy as np

from imaging.painting.palette import Draw, Frame, Plane, Rng, Strip
from imaging.painting.styles.curves import between, heads, wave


def strata(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """Return the drawing function. Shared by the series: number of sheets and order of tones; per picture: hills."""
    sheets = int(series.integers(6, 15))
    falling, wild = heads(series), between(series, 0.05, 0.13)
    cap = sheets - 2
    dice = rng.random((7, 4)).tolist()
    sites = ((0.1, 1.0), (0.72, 0.9), (0.42, -0.8)) if heads(rng) else ((0.72, 1.0), (0.1, 0.8), (0.4, -0.9))
    peaks = [(*frame.at(along + 0.18 * a, 0.15 + 0.7 * b), 0.28 + 0.2 * c, sign)
             for (along, sign), (a, b, c, _) in zip(sites, dice[:3], strict=True)]  # fmt: skip

    def raw(x: Plane, y: Plane) -> Plane:
        wx = x + 0.10 * wave(y * 0.9 + dice[3][2])
        wy = y + 0.10 * wave(x * 0.8 + dice[4][2])
        total = np.zeros(np.broadcast_shapes(x.shape, y.shape), dtype=np.float32)
        for px, py, reach, sign in peaks:
            dx, dy = (wx - px) / reach, (wy - py) / reach
            total += sign / (1 + dx * dx + dy * dy)
        for a, b, turn, _ in dice[3:]:
            total += wild * wave(wx * (2.2 * a - 1.1) + wy * (2.2 * b - 1.1) + turn)
        return total

    grid = np.arange(48, dtype=np.float32) / 47
    sample = raw(grid[None, :] * frame.width, grid[:, None] * frame.height)
    floor = float(sample.min())
    scale = (sheets - 0.3) / (float(sample.max()) - floor)

    def sheet(level: Plane, above: Plane, strength: Plane, reach: Plane) -> Plane:
        """Return the tone of a sheet, in the shadow of the next one `above` it."""
        share = np.clip(level / (sheets - 1), 0, 1)
        shadow = np.clip(1 - above / reach, 0, 1)
        tone = 0.05 + 0.90 * (1 - share if falling else share)
        tone = np.where(level >= cap, 0.62 - 0.2 * (level - cap), tone)  # the accent, in either order of tones
        return tone - strength * shadow * shadow

    def draw(strip: Strip) -> None:
        x, y, step = strip.x, strip.y, 0.002
        here = raw(x, y)
        gx, gy = (raw(x + step, y) - here) * (scale / step), (raw(x, y + step) - here) * (scale / step)
        here = (here - floor) * scale + 0.15  # away from whole numbers, where flat ground would become an edge
        steep = np.sqrt(gx * gx + gy * gy) + 0.1
        level = np.floor(here + steep * (0.5 * strip.px))
        facing = 0.5 + (gx + gy) / steep * 0.35  # 0 towards the light at the upper left, 1 away from it
        dark = (0.03 + 0.14 * facing) * np.clip(steep / 4, 0, 1)  # none on flat summits just below an edge
        reach = 0.006 + 0.045 * facing
        cover = strip.inside((here - level) / steep)
        upper = sheet(level, (level + 1 - here) / steep, dark, reach)
        lower = sheet(level - 1, (level - here) / steep, dark, reach)
        strip.tone[:] = lower + cover * (upper - lower)
        strip.hue[:] = np.where(level == cap, cover, level > cap)

    return draw
