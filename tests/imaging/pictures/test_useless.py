"""Pictures that show nothing are told from such as show little."""

import io

import pytest
from PIL import Image, ImageDraw

from imaging.pictures.picture import inspect


def encoded(image: Image.Image, image_format: str) -> bytes:
    with io.BytesIO() as out:
        image.save(out, image_format)
        return out.getvalue()


FADED = Image.merge("RGBA", [*Image.linear_gradient("L").convert("RGB").split(), Image.new("L", (256, 256), 1)])


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (Image.new("RGB", (200, 100)), "black"),
        (Image.new("L", (200, 100), 255), "one colour, #ffffff"),
        (Image.new("I;16", (200, 100)), "black"),
        (Image.new("P", (200, 100), 3), "black"),
        (Image.effect_noise((200, 100), 0.3).convert("RGB"), "one colour"),
        (Image.effect_noise((2000, 1000), 0.3).convert("RGB"), "one colour"),
        (FADED, "fully transparent"),
        (Image.new("RGBA", (200, 100), "#12345600"), "fully transparent"),
        (Image.linear_gradient("L").resize((1, 1)), "1x1 pixels are too few"),
        (Image.linear_gradient("L").resize((400, 16)), "400x16 pixels are too few"),
    ],
)
def test_what_nobody_could_use_is_seen(image: Image.Image, why: str) -> None:
    """Black, one colour, fully transparent, or an icon: in every mode, with the noise of a lossy format."""
    assert why in str(inspect(encoded(image, "PNG")).useless)
    if image.mode == "RGB":
        assert inspect(encoded(image, "JPEG")).useless
        assert inspect(encoded(image, "WEBP")).useless


def test_what_shows_something_is_of_use() -> None:
    """A faint drawing, a white shape on nothing, and what brightens later are pictures."""
    faint = Image.new("RGB", (200, 100), "#101010")
    ImageDraw.Draw(faint).line((0, 0, 200, 100), fill="#202020")
    shape = Image.new("RGBA", (200, 100), "#ffffff00")
    ImageDraw.Draw(shape).ellipse((20, 20, 80, 80), fill="#ffffffff")
    for image in (faint, shape, Image.linear_gradient("L").resize((64, 36))):
        assert inspect(encoded(image, "PNG")).useless is None
    with io.BytesIO() as out:
        Image.new("RGB", (64, 64)).save(out, "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 64), "red")])
        assert inspect(out.getvalue()).useless is None
