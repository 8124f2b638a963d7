"""sRGB: values to light and back."""

import numpy as np
import pytest

from imaging.srgb import from_linear, to_linear


@pytest.mark.parametrize("level", range(256))
def test_a_number_and_an_array_come_to_the_same(level: int) -> None:
    """Whether one value or many are asked for, the light is the same, and leads back to the value."""
    value = level / 255
    light = to_linear(value)
    assert to_linear(np.array([value]))[0] == pytest.approx(light, abs=1e-15)
    assert from_linear(light) == pytest.approx(value, abs=1e-4)
    assert from_linear(np.array([light]))[0] == pytest.approx(from_linear(light), abs=1e-15)


def test_the_ends_and_the_middle_are_where_the_standard_has_them() -> None:
    """Black is no light, white all of it, and half of the scale a good fifth."""
    assert (to_linear(0.0), to_linear(1.0)) == (0.0, 1.0)
    assert to_linear(0.5) == pytest.approx(0.21404, abs=1e-5)
