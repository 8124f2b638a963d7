"""ThumbHash: a picture in some 25 bytes, for a page to show until the picture is loaded.

The format of https://evanw.github.io/thumbhash/, with the arithmetic of its Rust implementation, 32 bits and sums from
left to right: some terms of a symmetric picture are nothing but rounding errors, and these decide between 7 and 8.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

LONGEST_SIDE = 100  # pixels; more detail than that does not reach the hash

_Floats: TypeAlias = npt.NDArray[np.float32]


class _Frequencies(NamedTuple):
    """A channel after the cosine transform: its mean; its largest other term; all others as a share of that, 0 to 1."""

    mean: np.float32
    scale: np.float32
    terms: list[np.float32]


def thumbhash_of(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return the ThumbHash of RGBA pixels, `(height, width, 4)`, neither side longer than `LONGEST_SIDE`."""
    height, width = pixels.shape[:2]
    is_opaque, is_wide = bool(pixels[..., 3].min() == 255), bool(width > height)
    across, down = (max(1, _rounded((7 if is_opaque else 5) * side / max(width, height))) for side in (width, height))
    luminance, yellow_blue, red_green, opacity = _channels(pixels.astype(np.float32))
    light = _frequencies(luminance, max(3, across), max(3, down))
    warm, red = _frequencies(yellow_blue, 3, 3), _frequencies(red_green, 3, 3)
    colors = (
        _rounded(63 * light.mean)
        | _rounded(31.5 + 31.5 * warm.mean) << 6
        | _rounded(31.5 + 31.5 * red.mean) << 12
        | _rounded(31 * light.scale) << 18
        | (not is_opaque) << 23
    )
    shape = (
        (down if is_wide else across) | _rounded(63 * warm.scale) << 3 | _rounded(63 * red.scale) << 9 | is_wide << 15
    )
    header = colors.to_bytes(3, "little") + shape.to_bytes(2, "little")
    if is_opaque:
        return header + _nibbles(light.terms + warm.terms + red.terms)
    cover = _frequencies(opacity, 5, 5)
    header += bytes([_rounded(15 * cover.mean) | _rounded(15 * cover.scale) << 4])
    return header + _nibbles(light.terms + warm.terms + red.terms + cover.terms)


def _channels(values: _Floats) -> tuple[_Floats, _Floats, _Floats, _Floats]:
    """Return luminance, yellow against blue, red against green, all over the mean color, and opacity."""
    opacity = values[..., 3] / np.float32(255)
    weighted = (opacity / np.float32(255))[..., np.newaxis] * values[..., :3]
    mean = _sums(weighted.reshape(-1, 3).T) / (_sums(opacity.reshape(1, -1)) or np.float32(1))
    red, green, blue = np.moveaxis(mean * (1 - opacity)[..., np.newaxis] + weighted, -1, 0)
    return (red + green + blue) / 3, (red + green) / 2 - blue, red - green, opacity


def _frequencies(channel: _Floats, across: int, down: int) -> _Frequencies:
    """Return the lowest frequencies, a triangle of `across` and `down`; `channel` is `(height, width)`."""
    height, width = channel.shape
    columns, rows = _cosines(width, across), _cosines(height, down)
    wanted = [(x, y) for y in range(down) for x in range(across) if x * down < across * (down - y)]
    waves = np.stack([channel * columns[x] * rows[y][:, np.newaxis] for x, y in wanted])
    mean, *others = _sums(waves.reshape(len(wanted), -1)) / np.float32(channel.size)
    scale = max(map(abs, others))
    if not scale:
        return _Frequencies(mean, scale, others)
    return _Frequencies(mean, scale, [np.float32(0.5) + np.float32(0.5) / scale * term for term in others])


def _cosines(length: int, count: int) -> _Floats:
    """Return 0 to `count` - 1 half waves over `length` pixels, `(count, length)`."""
    steps = np.float32(np.pi) / np.float32(length) * np.arange(count, dtype=np.float32)
    angles = np.outer(steps, np.arange(length, dtype=np.float32) + np.float32(0.5))
    # By way of 64 bits: numpy's cosine of 32 has another last digit on another processor.
    return np.cos(angles.astype(np.float64)).astype(np.float32)


def _sums(rows: _Floats) -> _Floats:
    """Return the sum of each row, added one value after the other (`sum` adds in pairs)."""
    return np.add.accumulate(rows, axis=1)[:, -1]


def _nibbles(terms: list[np.float32]) -> bytes:
    """Return terms from 0 to 1 as half a byte each, the first in the lower half."""
    halves = [_rounded(15 * term) for term in terms]
    halves += [0] * (len(halves) % 2)
    return bytes(low | high << 4 for low, high in zip(halves[::2], halves[1::2], strict=True))


def _rounded(value: float | np.float32) -> int:
    """Round halves up."""
    return math.floor(float(value) + 0.5)
