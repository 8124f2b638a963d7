"""The placeholder and the colour that stand in for a picture on its way."""

import base64

import pytest
from fast_thumbhash import thumb_hash_to_average_rgba, thumb_hash_to_rgba
from PIL import Image

from imaging.pictures.placeholder import placeholder_of


def test_the_colour_is_the_one_that_fills_most() -> None:
    """A picture three quarters blue is blue, and so is its placeholder in the middle of that."""
    image = Image.new("RGB", (400, 300), "#1040c0")
    image.paste("#f0f0f0", (0, 0, 100, 300))
    look = placeholder_of(image)
    assert look.color == "#1040c0"
    width, height, pixels = thumb_hash_to_rgba(base64.b64decode(look.thumbhash))
    assert width > height
    red, green, blue, _ = bytes(pixels)[4 * (width * (height // 2) + width * 3 // 4) :][:4]
    assert blue > green > red


@pytest.mark.parametrize("image", [Image.new("RGB", (1, 1), "red"), Image.new("RGBA", (3000, 2), (255, 0, 0, 90))])
def test_any_size_has_a_look(image: Image.Image) -> None:
    """One pixel, or a long thin strip with something showing through."""
    look = placeholder_of(image)
    assert look.color.startswith("#f")
    assert thumb_hash_to_average_rgba(base64.b64decode(look.thumbhash))[0] > 0.9
