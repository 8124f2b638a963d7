"""What the styles share: dice, and curves made of exactly rounded operations only (see `palette`)."""

import math

import numpy as np

from imaging.painting.palette import Plane, Point, Rng


def between(rng: Rng, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    return low + (high - low) * float(rng.random())


def heads(rng: Rng) -> bool:
    """A coin, tossed."""
    return float(rng.random()) < 0.5


def wave(turns: Plane) -> Plane:
    """Near enough a sine of `turns` full turns."""
    t = turns - np.floor(turns + 0.5)
    y: Plane = t * (8 - 16 * np.abs(t))
    return y * (0.775 + 0.225 * np.abs(y))


def smooth(low: float, high: float, value: Plane) -> Plane:
    """0 below `low`, 1 above `high`, and an S between them."""
    t: Plane = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def direction(degrees: float) -> Point:
    """The unit vector of an angle, rounded to the digits on which all machines agree."""
    return round(math.cos(math.radians(degrees)), 6), round(math.sin(math.radians(degrees)), 6)
