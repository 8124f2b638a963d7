"""Web formats: the right sizes, the right colours, the right looks, and far fewer bytes."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFilter

from imaging.cards import Card, draw_card
from imaging.formats import FORMATS, Format
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import Facts, marks
from imaging.painting.painter import paint
from imaging.pictures.scaling import at_widths, prepared, scaled
from imaging.pictures.similarity import ssim
from imaging.pictures.web_formats import LEAST_SIMILARITY, Width, lowest_level, renditions, widths
from tests.imaging.pictures.containers import saved

WANTED: tuple[Width, ...] = (480, 960, 1600, "full")
PICTURE = paint("a glass of milk", (1000, 560), "#b5532a").convert("RGB")


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


@pytest.mark.parametrize(
    ("original", "made"),
    [
        (2752, [480, 960, 1600, 2752]),
        (1024, [480, 1024]),
        (960, [480, 960]),
        (1129, [480, 1129]),
        (1130, [480, 960, 1130]),
        (560, [560]),
        (300, [300]),
        (480, [480]),
    ],
)
def test_widths_are_those_below_the_pictures_own_and_its_own(original: int, made: list[int]) -> None:
    """Nothing is made larger than it is, and no two widths are within 15% of each other."""
    assert widths(original, WANTED) == made
    assert widths(original, (480,)) == [480] * (original > 480)


def test_a_flat_picture_is_encoded_with_care() -> None:
    """Of flat areas, such as a card's, quick AVIF would make half as many bytes again, however large the picture."""
    card = Image.open(io.BytesIO(draw_card(Card("Kaffee richtig lagern", "Kühl, trocken.", size=(1600, 900)))))
    [made] = renditions(saved("PNG", card), [("avif", 1600)], None)
    quick = io.BytesIO()
    card.save(quick, "AVIF", quality=made.quality, speed=9)
    assert len(made.data) < 0.8 * len(quick.getvalue())


def test_each_format_looks_as_the_picture_does_in_far_fewer_bytes() -> None:
    """At every width the looks reach the target, at 60% fewer bytes than a PNG, with the ratio and the mark kept."""
    packet = xmp.merged(None, Facts(SourceType.TRAINED, "replicate: flux-dev").properties)
    wanted: list[tuple[Format, int]] = [(name, width) for name in FORMATS for width in (480, 1000)]
    made = list(renditions(saved("PNG", PICTURE), wanted, packet))
    assert [(one.format, one.width) for one in made] == wanted
    for one in made:
        shown = opened(one.data)
        assert (shown.format, shown.size) == (one.format.upper(), (one.width, round(560 * one.width / 1000)))
        assert ssim(scaled(PICTURE, one.width), shown) >= LEAST_SIMILARITY - 0.005
        assert len(one.data) < 0.4 * len(saved("PNG", scaled(PICTURE, one.width)))
        assert marks(one.data)[xmp.DIGITAL_SOURCE_TYPE] == SourceType.TRAINED


def test_what_is_harder_to_keep_gets_a_higher_quality() -> None:
    """The quality follows the picture: soft noise needs more than one colour."""
    noise = Image.effect_noise((200, 200), 60).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
    calm = Image.new("RGB", (200, 200), "#b5532a")
    for name in FORMATS:
        assert lowest_level([noise], name) > lowest_level([calm], name)


def test_several_cores_make_the_same_files() -> None:
    """Work may be spread over threads: the files are those that one thread makes, in the order that was asked for."""
    wanted: list[tuple[Format, int]] = [(name, width) for name in FORMATS for width in (480, 1000)]
    data = saved("PNG", PICTURE)
    with ThreadPoolExecutor(3) as pool:
        assert list(renditions(data, wanted, None, pool.map)) == list(renditions(data, wanted, None))


def test_a_width_is_scaled_from_the_next_larger_one_without_loss() -> None:
    """A small picture that is made over larger ones looks like one that is made at once, transparency included."""
    for picture in (PICTURE, PICTURE.convert("RGBA")):
        small = at_widths(picture, (240, 480, 800))
        assert [(width, one.width) for width, one in small.items()] == [(800, 800), (480, 480), (240, 240)]
        assert ssim(small[240], scaled(picture, 240)) > 0.999


def test_scaling_down_keeps_the_light() -> None:
    """A board of black and white pixels becomes the grey that is half as bright as white: 188, and not 128."""
    board = Image.fromarray(np.indices((64, 64)).sum(0).astype(np.uint8) % 2 * 255).convert("RGB")
    small = np.asarray(scaled(board, 8))
    assert abs(int(small[4, 4, 0]) - 188) <= 3


def test_what_does_not_show_lends_no_colour() -> None:
    """A red shape on nothing keeps a red edge, whatever colour the nothing has."""
    red = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    red.paste((255, 0, 0, 255), (0, 0, 33, 64))
    small = np.asarray(scaled(prepared(red), 8))
    visible = small[..., 3] > 8
    assert small[..., 0][visible].min() >= 250
    assert small[..., 1][visible].max() <= 5


def test_a_picture_that_exif_turns_is_upright() -> None:
    """A camera's lying picture stands in its web formats, and nothing turns it once more."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = saved("JPEG", Image.new("RGB", (60, 30), "blue"), exif=exif)
    made = opened(next(iter(renditions(lying, [("webp", 30)], None))).data)
    assert made.size == (30, 60)
    assert made.getexif().get(0x0112, 1) == 1


def test_colours_of_another_profile_are_brought_into_srgb() -> None:
    """A profile is applied and left out: what is shown is the same without it. A broken one changes nothing."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    grey = Image.new("RGB", (20, 20), (90, 120, 200))
    for profile in (lab, b"no profile at all"):
        picture = prepared(opened(saved("PNG", grey, icc_profile=profile)))
        assert picture.mode == "RGB"
        assert np.abs(np.asarray(picture).astype(int) - (90, 120, 200)).max() <= 1
    cmyk = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    red, green, _ = prepared(opened(saved("JPEG", cmyk))).getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > green


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_every_kind_of_picture_has_its_web_formats(mode: str) -> None:
    """Palette, grey, 16 bits and transparency are all shown."""
    grey = Image.linear_gradient("L").resize((40, 20))
    image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    made = list(renditions(saved("PNG", image), [("avif", 40), ("webp", 20)], None))
    assert [opened(one.data).size for one in made] == [(40, 20), (20, 10)]


def test_likeness_is_one_for_the_same_and_less_for_another() -> None:
    """SSIM is 1 for a picture and itself, falls with blur, and takes pictures smaller than its window."""
    assert ssim(PICTURE, PICTURE) == pytest.approx(1)
    assert ssim(PICTURE, PICTURE.reduce(4).resize(PICTURE.size)) < 0.99
    assert ssim(Image.new("RGB", (3, 2)), Image.new("RGB", (3, 2))) == pytest.approx(1)
