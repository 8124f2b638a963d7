"""sRGB values and the light that they stand for (https://www.w3.org/Graphics/Color/sRGB), both from 0 to 1.

Of a Python float each is a Python float, by Python's own power: the painter rounds it, and gets the same bytes on every
machine.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Values = TypeVar("Values", float, npt.NDArray[np.float64])


def to_linear(value: Values) -> Values:
    """Return the linear light of sRGB values."""
    dark, bright = value / 12.92, ((value + 0.055) / 1.055) ** 2.4
    if isinstance(value, float):
        return dark if value <= 0.04045 else bright
    return np.where(value <= 0.04045, dark, bright)


def from_linear(light: Values) -> Values:
    """Return the sRGB values of linear light."""
    dark, bright = 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055
    if isinstance(light, float):
        return dark if light <= 0.0031308 else bright
    return np.where(light <= 0.0031308, dark, bright)
