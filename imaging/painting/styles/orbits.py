"""Style `orbits`: a planet amid concentric discs, with moons on their edges."""

import math

import numpy as np

from imaging.painting.palette import Draw, Frame, Rng, Strip
from imaging.painting.styles.curves import between, direction, heads


def orbits(series: Rng, rng: Rng, frame: Frame) -> Draw:
    """Return the drawing function. Shared by the series: night or day, planet, light; per picture: place and moons."""
    centre = frame.at(between(rng, 0.26, 0.74), between(rng, 0.34, 0.66))
    radius = between(series, 0.15, 0.25) * between(rng, 0.75, 1.3)
    gap = between(series, 0.09, 0.18)
    inner, outer = (0.66, 0.05) if heads(series) else (0.93, 0.30)
    light = direction(between(series, 200, 340))
    reaches = [radius + gap * (i + 1) * (1 + 0.06 * i) for i in range(9)]
    corner = math.sqrt(max(centre[0], frame.width - centre[0]) ** 2 + max(centre[1], frame.height - centre[1]) ** 2)
    upright = 0 if frame.width >= frame.height else 90
    moons = []
    for i, flip in ((1, 0), (2, 180), (3, 0)):  # along the longer side, to stay within the picture
        cos, sin = direction(upright + flip + between(rng, -40, 40))
        spot = (centre[0] + cos * reaches[i], centre[1] + sin * reaches[i])
        moons.append((spot, between(rng, 0.016, 0.036), float(i == 2)))

    def draw(strip: Strip) -> None:
        d = strip.far(centre)
        beam = strip.toward(centre, light) / (d + 1e-6)
        strip.tone[:] = outer
        for reach in reversed(reaches):
            strip.shade(np.clip(1 + (reach - d) / 0.14, 0, 1), 0.07 - 0.042 * beam)
            share = min(1.0, (reach - reaches[0]) / (corner - reaches[0]))  # all tones fit into the frame
            strip.lay(strip.inside(reach - d), inner + (outer - inner) * share + 0.05 * beam)
        for spot, size, hue in moons:
            strip.lay(strip.inside(size - strip.far(spot)), 0.5 if hue else 0.95 if outer < 0.1 else 0.06, hue)
        lit = d * beam / radius
        strip.lay(strip.inside(radius - d), 0.46 + 0.34 * lit + 0.10 * lit * np.abs(lit), 1.0)

    return draw
