"""Style `dunes`: ridges of sand under a low sun, paler in the distance."""

import numpy as np

from imaging.painting.palette import Draw, Frame, Plane, Rng, Strip
from imaging.painting.styles.curves import between, smooth, wave


def dunes(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """Return the drawing function. Shared by the series: time of day and sun; per picture: the ridges."""
    dusk = series.random() < 0.4
    top, low = (0.16, 0.72) if dusk else (0.66, 0.97)
    sun = (
        frame.width * (0.3, 0.38, 0.62, 0.7)[int(rng.integers(4))],
        frame.height * between(rng, 0.30, 0.40),
    )
    radius, roll = between(series, 0.09, 0.17), between(series, 0.75, 1.4)
    count = int(series.integers(4, 7))
    dice = rng.random((count, 4)).tolist()

    def ridge(x: Plane, i: int) -> Plane:
        near, (phase, pitch, second, size) = i / (count - 1), dice[i]
        t = x * ((0.42 + 0.2 * pitch) * (1.25 - 0.45 * near)) + phase
        t = t + 0.09 * wave(t)
        crest = np.abs(t - np.floor(t) - 0.5) * 2  # 1 at a crest, 0 in a valley
        hill = crest * crest * (1.6 - 0.6 * crest) * ((0.06 + 0.10 * near) * (0.7 + 0.6 * size) * roll)
        base = frame.height * (0.52 + 0.40 * near * (0.45 + 0.55 * near))
        line: Plane = base - hill - 0.05 * wave(x * (0.13 + 0.06 * pitch) + second)
        return line

    def draw(strip: Strip) -> None:
        d = strip.far(sun)
        strip.tone[:] = top + (low - top) * smooth(-0.1, 0.62, strip.y / frame.height) + 0.10 / (1 + d * d * 14)
        fall = strip.toward(sun, (0, 0.5 / radius))
        if frame.sunny:
            strip.lay(strip.inside(radius - d), 0.65 + 0.30 * fall, 1.0)
        else:
            strip.lay(strip.inside(radius - d), (1.0 if dusk else 0.54) + 0.25 * fall)
        step = 0.004
        for i in range(count):
            near, line = i / (count - 1), ridge(strip.x, i)
            depth = strip.y - line
            if depth.max() < -strip.px:
                continue
            slope = (ridge(strip.x + step, i) - line) / step
            sheared = strip.x + depth * 0.9  # the edge between light and shade runs down from the crest
            lit = smooth(-0.25, 0.25, (ridge(sheared + step, i) - ridge(sheared, i)) / step)
            mist = smooth(0, 0.5 * frame.height, depth) * (0.22 - 0.13 * near)
            tone = (low * 0.86 * (1 - near) + 0.10 * near) + lit * (0.13 * (0.4 + near)) + mist
            strip.lay(strip.inside(depth / np.sqrt(1 + slope * slope)), tone)

    return draw
