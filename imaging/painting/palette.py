"""The painter's drawing surface and colour ramps.

Colours are mixed in OKLab (https://bottosson.github.io/posts/oklab/), where equal steps look equal and hues
do not shift. Edges are signed distances: smooth at every size without supersampling.

Arrays are computed with +, -, *, / and sqrt alone, since only these are exactly rounded on every machine; powers and
cosines are computed on Python floats and rounded to `_DIGITS`, so that differences in their last bit do not matter.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from imaging.srgb import from_linear, to_linear

Plane = npt.NDArray[np.floating]  # float32 throughout; the stubs lose that beside a Python float
Pixels = npt.NDArray[np.uint8]
Rng = np.random.Generator
Point = tuple[float, float]
Lab = tuple[float, float, float]

STEPS = 2048  # entries of a ramp: an eighth of a grey level apart, so a ramp alone never bands
LEAD_TONE = 0.45  # the leading colour's position on its ramp

_GRAIN = 2  # pixels; a finer grain takes four times the bytes in the PNG and looks no better
_GRAIN_LEVELS = 2.2  # of 255, in either direction: enough to hide 8-bit banding
_DIGITS = 6
_COLD, _WARM = 285.0, 95.0  # shadows shift to violet-blue, lights to yellow, as in painting
_GREY = 0.03  # chroma below which a colour counts as grey

# Leading colours without a brand colour.
_LEADS = (
    "#0f6e72", "#1f4e9c", "#d2553a", "#dd9f28", "#5a4391", "#b2386b", "#2f7d55", "#27406b",
    "#d97757", "#3f6f96", "#7b9a72", "#b5493b", "#83577d", "#0c8599",
)  # fmt: skip
# Accent colours, as OKLCH: coral, apricot, ochre, rose; teal, petrol, indigo.
_ACCENTS = (
    (0.70, 0.165, 33.0), (0.77, 0.135, 60.0), (0.82, 0.150, 84.0), (0.73, 0.125, 8.0),
    (0.60, 0.095, 190.0), (0.52, 0.095, 232.0), (0.44, 0.120, 272.0),
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """The picture's size in units of its shorter side: 1.79 x 1 for 16:9, 1 x 1.75 for 9:16."""

    width: float
    height: float
    sunny: bool  # the accent is warm enough for a sun

    def at(self, along: float, across: float) -> Point:
        """Return a point by its share of the longer and of the shorter side, so that a composition suits any ratio."""
        if self.width >= self.height:
            return self.width * along, self.height * across
        return self.width * across, self.height * along


@dataclass(frozen=True)
class Strip:
    """A strip of the picture: coordinates x (1, w) and y (h, 1), and the planes to paint, (h, w) each."""

    x: Plane
    y: Plane
    px: float
    tone: Plane
    hue: Plane

    def inside(self, distance: Plane) -> Plane:
        """Return the share of each pixel that a shape covers, by the signed distance to its edge (positive inside)."""
        cover: Plane = np.clip(distance / self.px + 0.5, 0, 1)
        return cover

    def lay(self, cover: Plane, tone: Plane | float, hue: float = 0.0) -> None:
        """Paint over the strip with the opacity `cover`."""
        np.add(self.tone, cover * (tone - self.tone), out=self.tone)
        np.add(self.hue, cover * (hue - self.hue), out=self.hue)

    def shade(self, shadow: Plane, strength: Plane | float) -> None:
        """Darken by the square of `shadow` (0..1)."""
        np.subtract(self.tone, strength * shadow * shadow, out=self.tone)

    def far(self, centre: Point) -> Plane:
        """Return the distance of each pixel from a point."""
        dx, dy = self.x - centre[0], self.y - centre[1]
        distance: Plane = np.sqrt(dx * dx + dy * dy)
        return distance

    def toward(self, centre: Point, way: Point) -> Plane:
        """Return the distance of each pixel from a point along one direction."""
        return (self.x - centre[0]) * way[0] + (self.y - centre[1]) * way[1]

    def part(self, rows: slice, columns: slice) -> "Strip":
        """Return a view of a part of this strip; painting on it paints here."""
        planes = self.tone[rows, columns], self.hue[rows, columns]
        return Strip(self.x[:, columns], self.y[rows], self.px, *planes)


Draw = Callable[[Strip], None]
"""A style's result: a function that paints any strip of the picture."""


@dataclass(frozen=True)
class Palette:
    """Two ramps from dark (tone 0) to pale (tone 1), (3, STEPS) each: R, G, B from 0 to 255, unrounded."""

    lead: Plane
    accent: Plane
    sunny: bool  # the accent is warm: it can be a sun

    def develop(self, tone: Plane, hue: Plane, grain: Plane, out: Pixels) -> None:
        """Write the colours of planes (h, w) into pixels (h, w, 3); grain hides the 8-bit steps."""
        index = np.clip(tone * (STEPS - 1), 0, STEPS - 1).astype(np.intp)
        accented = bool(hue.any())
        for channel in range(3):
            plane = self.lead[channel].take(index)
            if accented:
                plane += hue * (self.accent[channel].take(index) - plane)
            plane += grain
            plane += 0.5
            out[..., channel] = np.clip(plane, 0, 255, out=plane)


def grain(rng: Rng, rows: int, width: int) -> Plane:
    """Return noise of shape (rows, width), in levels of 255."""
    cells = (-(-rows // _GRAIN), -(-width // _GRAIN))
    noise: Plane = (rng.random(cells, dtype=np.float32) + rng.random(cells, dtype=np.float32) - 1) * _GRAIN_LEVELS
    return noise.repeat(_GRAIN, axis=0)[:rows].repeat(_GRAIN, axis=1)[:, :width]


def palette(color: str | None, rng: Rng) -> Palette:
    """Return the ramps for `color` (#rrggbb), or for a colour chosen by `rng` if it is None."""
    drawn = _LEADS[int(rng.integers(len(_LEADS)))]
    tint = float(rng.random()) * 360  # a slight hue for brands with a grey colour
    turn = float(rng.random())
    light, chroma, hue = _lch(_lab(color or drawn))
    grey = chroma < _GREY
    hue = tint if grey else hue
    fitting = [a for a in _ACCENTS if (a[2] < 50 if grey else _gap(a[2], hue) >= 80)]
    accent = fitting[int(turn * len(fitting))]
    return Palette(
        lead=_table(tuple(_stops(light, chroma, hue, grey))),
        accent=_table(tuple(_stops(*accent, grey=False))),
        sunny=accent[2] < 100,
    )


def _stops(light: float, chroma: float, hue: float, grey: bool) -> list[tuple[float, Lab]]:
    """Return the colours along a ramp as (tone, OKLab): dark, leading, soft, pale."""
    if light > 0.93:  # for a white brand the shadows stay light, so that the picture is mostly white
        tint = max(chroma, 0.012)
        return [(0.0, _fit(0.66, tint * 2, hue)), (0.25, _fit(0.84, tint * 1.4, hue)),
                (LEAD_TONE, _fit(0.935, tint, hue)), (0.7, _fit(0.975, tint / 2, hue)),
                (1.0, _fit(light, chroma, hue))]  # fmt: skip
    body = max(chroma, 0.01)
    deep = max(0.13, min(0.30, light * 0.5)) if light < 0.75 else 0.36
    pull = 0.1 if grey else min(1.0, 0.35 + 0.9 * max(0.0, light - 0.62))  # a dark yellow is brown, not olive
    shade = _toward(hue, _COLD, 70 * pull)
    pale = 0.96 if light > 0.35 else 0.93
    soft = light + (0.55 if light > 0.35 else 0.36) * (pale - light)  # black stays black for longer
    return [
        (0.0, _fit(deep, min(0.8 * body, 0.09), shade)),
        (0.24, _fit(deep + 0.58 * (light - deep), 0.97 * body, _toward(hue, shade, 0.4 * _gap(hue, shade)))),
        (LEAD_TONE, _fit(light, chroma, hue)),
        (0.72, _fit(soft, 0.55 * body, _toward(hue, _WARM, 14))),
        (1.0, _fit(pale, min(0.03, 0.25 * body), _toward(hue, _WARM, 40))),
    ]


@lru_cache(maxsize=32)  # an article's pictures share their ramps
def _table(stops: tuple[tuple[float, Lab], ...]) -> Plane:
    rows: list[tuple[float, float, float]] = []
    for step in range(STEPS):
        tone = step / (STEPS - 1)
        upper = next(i for i in range(1, len(stops)) if tone <= stops[i][0])
        (low, dark), (high, pale) = stops[upper - 1], stops[upper]
        share = (tone - low) / (high - low)
        red, green, blue = _linear(_blend(dark, pale, share))
        rows.append((_encode(red), _encode(green), _encode(blue)))
    table = np.ascontiguousarray(np.array(rows, dtype=np.float32).T)
    table.flags.writeable = False
    return table


def _blend(a: Lab, b: Lab, share: float) -> Lab:
    return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2]))


def _gap(a: float, b: float) -> float:
    """Return the degrees between two hues, the shorter way."""
    return abs((a - b + 180) % 360 - 180)


def _toward(hue: float, goal: float, degrees: float) -> float:
    """Return `hue` turned by `degrees` towards `goal`, the shorter way and never past it; yellows go through red."""
    way = (goal - hue + 180) % 360 - 180
    if goal == _COLD and 95 <= hue < 112:
        way -= 360
    return (hue + math.copysign(min(abs(way), degrees), way)) % 360


def _fit(light: float, chroma: float, hue: float) -> Lab:
    """Return the OKLab of an OKLCH colour, with its chroma reduced to fit the sRGB gamut."""
    cos, sin = math.cos(math.radians(hue)), math.sin(math.radians(hue))
    for step in range(60):
        kept = chroma * (1 - step / 60)
        lab = (light, kept * cos, kept * sin)
        if all(-0.002 <= channel <= 1.002 for channel in _linear(lab)):
            return lab
    return (light, 0.0, 0.0)


def _lch(lab: Lab) -> tuple[float, float, float]:
    light, a, b = lab
    return (light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _lab(color: str) -> Lab:
    red, green, blue = (to_linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(lab: Lab) -> tuple[float, float, float]:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _encode(value: float) -> float:
    """Convert linear light to sRGB, 0 to 255, rounded only to digits that are the same on every machine."""
    value = min(1.0, max(0.0, value))
    return round(255 * from_linear(value), _DIGITS)
