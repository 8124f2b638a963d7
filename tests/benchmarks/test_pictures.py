"""The benchmark's pictures: no two alike, or what remembers pictures would look quicker than it is."""

import io

import pytest
from PIL import Image

from .pictures import Pictures


@pytest.mark.parametrize(("extension", "form"), [("png", "PNG"), ("jpg", "JPEG")])
def test_two_seeds_give_two_whole_pictures(extension: str, form: str) -> None:
    """Each decodes to the last pixel at the size that was asked for; the same seed gives the same bytes."""
    pictures = Pictures("painted")
    one, same, other = (pictures(seed, 256, 144, extension) for seed in ("a", "a", "b"))
    assert one == same
    shown = []
    for data in (one, other):
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, image.size, image.mode) == (form, (256, 144), "RGB")
            shown.append(image.tobytes())
    assert shown[0] != shown[1]
