"""Helpers of the styles: random choices, and curves of exactly rounded operations only (see `palette`)."""

import math

import numpy as np

from imaging.painting.palette import Plane, Point, Rng


def between(rng: Rng, low: float, high: float) -> float:
    """Return a random number from `low` to `high`."""
    return low + (high - low) * float(rng.random())


def heads(rng: Rng) -> bool:
    """Return True with a probability of one half."""
    return float(rng.random()) < 0.5


def wave(turns: Plane) -> Plane:
    """Return an approximate sine of `turns` full turns."""
    t = turns - np.floor(turns + 0.5)
    y: Plane = t * (8 - 16 * np.abs(t))
    return y * (0.775 + 0.225 * np.abs(y))


def smooth(low: float, high: float, value: Plane) -> Plane:
    """Return a smoothstep: 0 below `low`, 1 above `high`."""
    t: Plane = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def direction(degrees: float) -> Point:
    """Return the unit vector of an angle, rounded to digits that are the same on every machine."""
    return round(math.cos(math.radians(degrees)), 6), round(math.sin(math.radians(degrees)), 6)
