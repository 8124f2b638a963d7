"""The placeholder and the colour that stand in for a picture on its way."""

import base64

import pytest
from PIL import Image

from imaging.pictures.placeholder import placeholder_of


def test_the_colour_is_the_one_that_fills_most() -> None:
    """A picture three quarters blue is blue, and so is its placeholder in the middle."""
    image = Image.new("RGB", (400, 300), "#1040c0")
    image.paste("#f0f0f0", (0, 0, 100, 300))
    look = placeholder_of(image)
    assert look.color == "#1040c0"
    red, green, blue = _mean(look.thumbhash)
    assert blue > green > red


@pytest.mark.parametrize("image", [Image.new("RGB", (1, 1), "red"), Image.new("RGBA", (3000, 2), (255, 0, 0, 90))])
def test_any_size_has_a_look(image: Image.Image) -> None:
    """One pixel, or a long thin strip with something showing through."""
    look = placeholder_of(image)
    assert look.color.startswith("#f")
    assert _mean(look.thumbhash)[0] > 0.9


def _mean(thumbhash: str) -> tuple[float, float, float]:
    """Return red, green and blue of the mean that a ThumbHash holds, 0 to 1."""
    header = int.from_bytes(base64.b64decode(thumbhash)[:3], "little")
    luminance, warm, reddish = (header & 63) / 63, (header >> 6 & 63) / 31.5 - 1, (header >> 12 & 63) / 31.5 - 1
    blue = luminance - 2 / 3 * warm
    red = (3 * luminance - blue + reddish) / 2
    return red, red - reddish, blue
