"""The offline painter: abstract art from a prompt, for a machine that has no key to any AI vendor.

A style draws with two numbers for each pixel, never with colours: `tone`, from dark (0) to pale (1), and
`hue`, from the leading ramp (0) to the accent's (1). The palette turns them into colours at the very end, so
any style goes with any brand. The picture is made in strips of rows that fit into the processor's cache: that
makes it fast, and keeps it small in memory.

The same call gives the same bytes on every machine: `palette` says what it takes.
"""

import hashlib
import math
from collections.abc import Callable

import numpy as np
from PIL import Image

from imaging.palette import Canvas, Frame, Plane, Point, Rng, grain, palette

_STRIP = 64  # rows; even, so that no grain is cut in two


Draw = Callable[[Canvas], None]


def paint(prompt: str, size: tuple[int, int], color: str | None = None) -> Image.Image:
    """An abstract picture of a prompt.

    The prompt chooses style, composition and palette; the brand's colour, if there is one, leads the palette.

    Args:
        prompt: any text.
        size: width and height in pixels, 16 and more each.
        color: the brand's colour as `#rrggbb`; None lets the prompt choose.

    Returns:
        An RGB picture of exactly `size`, the same bytes for the same arguments on every machine.

    Raises:
        ValueError: a side is shorter than 16 pixels.
    """
    width, height = size
    short = min(size)
    if short < 16:
        raise ValueError(f"a picture is at least 16x16 pixels, not {width}x{height}")
    seed = int.from_bytes(hashlib.sha256(prompt.encode()).digest(), "big")
    rng = np.random.Generator(np.random.PCG64(seed))
    style = STYLES[int(rng.integers(len(STYLES)))]
    colors = palette(color, rng)
    draw = style(rng, Frame(width / short, height / short, colors.sunny))
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    for top in range(0, height, _STRIP):
        rows = min(_STRIP, height - top)
        tone, hue = np.zeros((2, rows, width), dtype=np.float32)
        x, y = _centres(0, width, short)[None, :], _centres(top, rows, short)[:, None]
        draw(Canvas(x, y, 1 / short, tone, hue))
        colors.develop(tone, hue, grain(rng, rows, width), pixels[top : top + rows])
    return Image.fromarray(pixels)


def _centres(first: int, count: int, short: int) -> Plane:
    centres: Plane = (np.arange(first, first + count, dtype=np.float32) + 0.5) / short
    return centres


def _between(rng: Rng, low: float, high: float) -> float:
    return low + (high - low) * float(rng.random())


def _wave(turns: Plane) -> Plane:
    """Near enough a sine of `turns` full turns, made of exactly rounded operations only."""
    t = turns - np.floor(turns + 0.5)
    y: Plane = t * (8 - 16 * np.abs(t))
    return y * (0.775 + 0.225 * np.abs(y))


def _smooth(low: float, high: float, value: Plane) -> Plane:
    t: Plane = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _direction(degrees: float) -> Point:
    return round(math.cos(math.radians(degrees)), 6), round(math.sin(math.radians(degrees)), 6)


# The styles. Each rolls its dice once, for the whole frame, and returns what paints any rows of it.


def _dunes(rng: Rng, frame: Frame) -> Draw:
    """Ridges of sand under a low sun, paler the farther away."""
    dusk = rng.random() < 0.4
    top, low = (0.16, 0.72) if dusk else (0.66, 0.97)
    sun = (
        frame.width * (0.3, 0.38, 0.62, 0.7)[int(rng.integers(4))],
        frame.height * _between(rng, 0.30, 0.40),
    )
    radius = _between(rng, 0.10, 0.15)
    dice = rng.random((6, 4)).tolist()

    def ridge(x: Plane, i: int) -> Plane:
        near, (phase, pitch, second, size) = i / 5, dice[i]
        t = x * ((0.42 + 0.2 * pitch) * (1.25 - 0.45 * near)) + phase
        t = t + 0.09 * _wave(t)
        crest = np.abs(t - np.floor(t) - 0.5) * 2  # 1 at a crest, 0 in a valley
        hill = crest * crest * (1.6 - 0.6 * crest) * ((0.06 + 0.10 * near) * (0.7 + 0.6 * size))
        base = frame.height * (0.52 + 0.40 * near * (0.45 + 0.55 * near))
        line: Plane = base - hill - 0.05 * _wave(x * (0.13 + 0.06 * pitch) + second)
        return line

    def draw(canvas: Canvas) -> None:
        d = canvas.far(sun)
        canvas.tone[:] = top + (low - top) * _smooth(-0.1, 0.62, canvas.y / frame.height) + 0.10 / (1 + d * d * 14)
        fall = canvas.toward(sun, (0, 0.5 / radius))
        if frame.sunny:
            canvas.lay(canvas.inside(radius - d), 0.65 + 0.30 * fall, 1.0)
        else:
            canvas.lay(canvas.inside(radius - d), (1.0 if dusk else 0.54) + 0.25 * fall)
        step = 0.004
        for i in range(6):
            near, line = i / 5, ridge(canvas.x, i)
            depth = canvas.y - line
            if depth.max() < -canvas.px:
                continue
            slope = (ridge(canvas.x + step, i) - line) / step
            sheared = canvas.x + depth * 0.9  # the edge between light and shade runs down from the crest
            lit = _smooth(-0.25, 0.25, (ridge(sheared + step, i) - ridge(sheared, i)) / step)
            mist = _smooth(0, 0.5 * frame.height, depth) * (0.22 - 0.13 * near)
            tone = (low * 0.86 * (1 - near) + 0.10 * near) + lit * (0.13 * (0.4 + near)) + mist
            canvas.lay(canvas.inside(depth / np.sqrt(1 + slope * slope)), tone)

    return draw


def _silk(rng: Rng, frame: Frame) -> Draw:
    """Folded bands that sweep across, each casting its shadow on the one beneath."""
    count = 11
    slant = _between(rng, 14, 34) * (1 if rng.random() < 0.5 else -1)
    cos, sin = _direction(slant + (0 if frame.width >= frame.height else 90))
    middle = (frame.width / 2, frame.height / 2)
    reach = 0.5 * (abs(sin) * frame.width + abs(cos) * frame.height)
    phase, drift, second = _between(rng, 0, 1), _between(rng, 0.03, 0.06), _between(rng, 0, 1)
    pitch = _between(rng, 0.32, 0.5)
    accent = int(rng.integers(3, count - 3))
    tones = [0.10 + 0.086 * i + _between(rng, -0.05, 0.05) for i in range(count)]
    tones = tones[::-1] if rng.random() < 0.5 else tones

    def draw(canvas: Canvas) -> None:
        u, v = canvas.toward(middle, (cos, sin)), canvas.toward(middle, (-sin, cos))
        squeeze = 1 + 0.45 * _wave(u * (pitch * 0.7) + second)
        canvas.tone[:] = tones[0]
        for i in range(1, count):
            bend = _wave(u * pitch + (phase + drift * i))
            d = v - squeeze * ((i / count - 0.5) * 2 * reach) - 0.13 * bend
            canvas.shade(np.clip(1 + d / 0.10, 0, 1), 0.12)
            gloss = np.clip(1 - d / 0.26, 0, 1)
            canvas.lay(canvas.inside(d * 0.85), tones[i] - 0.05 + 0.13 * gloss * gloss, float(i == accent))

    return draw


def _orbits(rng: Rng, frame: Frame) -> Draw:
    """A planet in the middle of discs that step outwards, with moons on their edges."""
    centre = frame.at(_between(rng, 0.38, 0.62), _between(rng, 0.42, 0.58))
    radius, gap = _between(rng, 0.19, 0.25), _between(rng, 0.12, 0.16)
    inner, outer = (0.66, 0.05) if rng.random() < 0.5 else (0.93, 0.30)
    light = _direction(_between(rng, 200, 340))
    reaches = [radius + gap * (i + 1) * (1 + 0.06 * i) for i in range(7)]
    corner = math.sqrt(max(centre[0], frame.width - centre[0]) ** 2 + max(centre[1], frame.height - centre[1]) ** 2)
    upright = 0 if frame.width >= frame.height else 90
    moons = []
    for i, flip in ((1, 0), (2, 180), (3, 0)):  # along the longer side, or they would fall off the picture
        cos, sin = _direction(upright + flip + _between(rng, -40, 40))
        spot = (centre[0] + cos * reaches[i], centre[1] + sin * reaches[i])
        moons.append((spot, _between(rng, 0.016, 0.036), float(i == 2)))

    def draw(canvas: Canvas) -> None:
        d = canvas.far(centre)
        beam = canvas.toward(centre, light) / (d + 1e-6)
        canvas.tone[:] = outer
        for reach in reversed(reaches):
            canvas.shade(np.clip(1 + (reach - d) / 0.14, 0, 1), 0.07 - 0.042 * beam)
            share = min(1.0, (reach - reaches[0]) / (corner - reaches[0]))  # all tones fit into the frame
            canvas.lay(canvas.inside(reach - d), inner + (outer - inner) * share + 0.05 * beam)
        for spot, size, hue in moons:
            canvas.lay(canvas.inside(size - canvas.far(spot)), 0.5 if hue else 0.95 if outer < 0.1 else 0.06, hue)
        lit = d * beam / radius
        canvas.lay(canvas.inside(radius - d), 0.46 + 0.34 * lit + 0.10 * lit * np.abs(lit), 1.0)

    return draw


def _strata(rng: Rng, frame: Frame) -> Draw:
    """Cut paper seen from above: each height a sheet that throws its shadow on the one below."""
    sheets = 11
    cap = sheets - 2
    dice = rng.random((7, 4)).tolist()
    sites = ((0.1, 1.0), (0.72, 0.9), (0.42, -0.8)) if rng.random() < 0.5 else ((0.72, 1.0), (0.1, 0.8), (0.4, -0.9))
    peaks = [(*frame.at(along + 0.18 * a, 0.15 + 0.7 * b), 0.28 + 0.2 * c, sign)
             for (along, sign), (a, b, c, _) in zip(sites, dice[:3], strict=True)]  # fmt: skip
    falling = rng.random() < 0.5

    def raw(x: Plane, y: Plane) -> Plane:
        wx = x + 0.10 * _wave(y * 0.9 + dice[3][2])
        wy = y + 0.10 * _wave(x * 0.8 + dice[4][2])
        total = np.zeros(np.broadcast_shapes(x.shape, y.shape), dtype=np.float32)
        for px, py, reach, sign in peaks:
            dx, dy = (wx - px) / reach, (wy - py) / reach
            total += sign / (1 + dx * dx + dy * dy)
        for a, b, turn, _ in dice[3:]:
            total += 0.09 * _wave(wx * (2.2 * a - 1.1) + wy * (2.2 * b - 1.1) + turn)
        return total

    grid = np.arange(48, dtype=np.float32) / 47
    sample = raw(grid[None, :] * frame.width, grid[:, None] * frame.height)
    floor = float(sample.min())
    scale = (sheets - 0.3) / (float(sample.max()) - floor)

    def sheet(level: Plane, above: Plane, strength: Plane, reach: Plane) -> Plane:
        """Tone of a sheet, in the shadow of the next one `above` it."""
        share = np.clip(level / (sheets - 1), 0, 1)
        shadow = np.clip(1 - above / reach, 0, 1)
        tone = 0.05 + 0.90 * (1 - share if falling else share)
        tone = np.where(level >= cap, 0.62 - 0.2 * (level - cap), tone)  # the accent, whichever way tones run
        return tone - strength * shadow * shadow

    def draw(canvas: Canvas) -> None:
        x, y, step = canvas.x, canvas.y, 0.002
        here = raw(x, y)
        gx, gy = (raw(x + step, y) - here) * (scale / step), (raw(x, y + step) - here) * (scale / step)
        here = (here - floor) * scale + 0.15  # off the whole numbers, where a flat bottom would be an edge
        steep = np.sqrt(gx * gx + gy * gy) + 0.1
        level = np.floor(here + steep * (0.5 * canvas.px))
        facing = 0.5 + (gx + gy) / steep * 0.35  # 0 towards the light at the upper left, 1 away from it
        dark = (0.03 + 0.14 * facing) * np.clip(steep / 4, 0, 1)  # none on a summit just short of an edge
        reach = 0.006 + 0.045 * facing
        cover = canvas.inside((here - level) / steep)
        upper = sheet(level, (level + 1 - here) / steep, dark, reach)
        lower = sheet(level - 1, (level - here) / steep, dark, reach)
        canvas.tone[:] = lower + cover * (upper - lower)
        canvas.hue[:] = np.where(level == cap, cover, level > cap)

    return draw


_MOTIFS: tuple[Callable[[Plane, Plane, Plane], Plane], ...] = (  # signed distances in a unit square
    lambda _u, _v, corner: 1 - corner,  # a quarter disc
    lambda u, v, corner: np.minimum(1 - corner, 1 - np.sqrt((1 - u) * (1 - u) + (1 - v) * (1 - v))),  # a leaf
    lambda u, v, _: 0.5 - np.sqrt((u - 0.5) * (u - 0.5) + v * v),  # a half disc
    lambda _u, _v, corner: 0.125 - np.abs(np.abs(corner - 0.625) - 0.25),  # two arcs
    lambda u, v, _: 0.3 - np.sqrt((u - 0.5) * (u - 0.5) + (v - 0.5) * (v - 0.5)),  # a disc
    lambda u, v, _: (1 - u - v) * 0.7071,  # a corner
)


def _tiles(rng: Rng, frame: Frame) -> Draw:
    """A quilt of quarter discs, leaves and arcs on a square grid, after the Bauhaus."""
    columns, rows = round(frame.width * 4), round(frame.height * 4)
    wide, high = frame.width / columns, frame.height / rows
    tones = (0.97, 0.9, 0.72, 0.45, 0.30, 0.12)
    dice = rng.random((rows, columns, 6)).tolist()

    def cell(canvas: Canvas, left: float, top: float, roll: list[float]) -> None:
        ground, figure, motif, mirror, upend, rare = roll
        below = int(ground * 6)
        u, v = (canvas.x - left) / wide, (canvas.y - top) / high
        u, v = (1 - u if mirror < 0.5 else u), (1 - v if upend < 0.5 else v)
        d = _MOTIFS[int(motif * 6)](u, v, np.sqrt(u * u + v * v)) * wide
        accent = rare < 0.16
        tone = 0.5 if accent else tones[(below + 2 + int(figure * 3)) % 6]
        canvas.tone[:] = tones[below]
        canvas.lay(canvas.inside(d), tone + 0.16 * (u + v - 1), float(accent))

    def draw(canvas: Canvas) -> None:
        across = np.searchsorted(canvas.x[0], [i * wide for i in range(columns)] + [frame.width])
        down = np.searchsorted(canvas.y[:, 0], [i * high for i in range(rows)] + [frame.height])
        for row in range(rows):
            for column in range(columns):
                part = canvas.part(slice(down[row], down[row + 1]), slice(across[column], across[column + 1]))
                if part.tone.size:
                    cell(part, column * wide, row * high, dice[row][column])

    return draw


STYLES = (_dunes, _silk, _orbits, _strata, _tiles)
