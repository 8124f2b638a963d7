"""Pictures that are painted: the same for the same words, in the colours of the brand, and worth looking at."""

import hashlib
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imaging.painting.painter import paint
from tests import ROOT
from tests.conftest import FEW

TOPICS = [
    "Laktoseintoleranz und Laktase",
    "Wärmepumpen im Altbau",
    "Kaffee richtig rösten",
    "Wandern in den Alpen",
    "Schlafhygiene für Schichtarbeiter",
    "Hafermilch selber machen",
    "Steuererklärung für Selbstständige",
    "Yoga für den Rücken",
    "Solarstrom vom Balkon",
    "Nachhaltige Mode",
    "E-Bikes für Pendler",
    "Cloud-Speicher im Vergleich",
]
SIZES = {"16:9": (344, 192), "1:1": (192, 192), "9:16": (192, 336)}


def oklab(picture: Image.Image) -> npt.NDArray[np.floating[Any]]:
    """Lightness, a and b of each pixel, (h, w, 3): https://bottosson.github.io/posts/oklab/."""
    value = np.asarray(picture, dtype=np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    cones = np.array([[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]])
    lab = np.array([[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]])
    seen: npt.NDArray[np.floating[Any]] = np.cbrt(linear @ cones.T) @ lab.T
    return seen


def off_hue(lab: npt.NDArray[np.floating[Any]], brand: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """Degrees between the hue of each pixel that has one and the brand's."""
    lab = lab[np.hypot(lab[..., 1], lab[..., 2]) > 0.02]
    turn = np.arctan2(lab[:, 2], lab[:, 1]) - np.arctan2(brand[2], brand[1])
    off: npt.NDArray[np.floating[Any]] = np.degrees(np.abs((turn + np.pi) % (2 * np.pi) - np.pi))
    return off


def digest(picture: Image.Image) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()


@pytest.mark.parametrize("size", [(2752, 1536), (1024, 1024), (768, 1344), (16, 16), (17, 301), (301, 17)])
def test_has_exactly_the_asked_size(size: tuple[int, int]) -> None:
    """A picture is RGB and as many pixels wide and high as asked, down to the tiniest and the oddest."""
    picture = paint("Laktoseintoleranz und Laktase", size, "#0a7d5a")
    assert (picture.mode, picture.size) == ("RGB", size)


@FEW
@given(
    prompt=st.text(max_size=30),
    width=st.integers(16, 90),
    height=st.integers(16, 90),
    color=st.none() | st.integers(0, 0xFFFFFF).map("#{:06x}".format),
)
def test_paints_whatever_it_is_asked(prompt: str, width: int, height: int, color: str | None) -> None:
    """Any prompt, size and colour gives a picture, without a warning and not of one colour."""
    picture = paint(prompt, (width, height), color)
    assert picture.size == (width, height)
    assert np.asarray(picture).std() > 1


@pytest.mark.parametrize("size", [(15, 100), (100, 15), (0, 0)])
def test_refuses_what_is_too_small(size: tuple[int, int]) -> None:
    """A side below 16 pixels is an error that names the size."""
    with pytest.raises(ValueError, match=f"not {size[0]}x{size[1]}"):
        paint("Laktase", size)


def test_is_the_same_in_another_process() -> None:
    """A picture is the same bytes in a process with another hash seed."""
    code = (
        "import hashlib; from imaging.painting.painter import paint\n"
        f"for topic in {TOPICS[:6]!r}:\n"
        "    print(hashlib.sha256(paint(topic, (160, 90), '#c2185b').tobytes()).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [digest(paint(topic, (160, 90), "#c2185b")) for topic in TOPICS[:6]]


def test_is_the_same_in_threads() -> None:
    """Nine pictures painted at once are the nine painted one after another."""
    nine = TOPICS[:9]
    with ThreadPoolExecutor(9) as pool:
        at_once = list(pool.map(lambda topic: digest(paint(topic, (320, 180))), nine))
    assert at_once == [digest(paint(topic, (320, 180))) for topic in nine]


def test_prompts_look_different() -> None:
    """No two articles get pictures that could be taken for one another, in the same brand colour."""
    pictures = [np.asarray(paint(topic, (160, 90), "#1f4e9c"), dtype=np.int16) for topic in TOPICS]
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert np.abs(one - other).mean() > 8


def test_pictures_of_an_article_are_a_series() -> None:
    """Pictures of one article share style and palette and differ in composition; another article's look different."""
    color, size = "#1f4e9c", (160, 160)
    one, other = ([paint(f"{topic} {i}", size, color, series=topic) for i in range(4)] for topic in TOPICS[1:3])
    assert len({digest(picture) for picture in one}) == 4

    def likeness(a: Image.Image, b: Image.Image) -> float:
        """How much of the colours two pictures share, wherever they stand: 0 to 1."""
        shares = [np.histogramdd(oklab(p).reshape(-1, 3), bins=8, range=[(0, 1), (-0.3, 0.3), (-0.3, 0.3)])[0]
                  / (size[0] * size[1]) for p in (a, b)]  # fmt: skip
        return float(np.minimum(*shares).sum())

    within = [likeness(a, b) for pictures in (one, other) for a in pictures for b in pictures if a is not b]
    assert np.mean(within) > np.mean([likeness(a, b) for a in one for b in other])


@pytest.mark.parametrize("color", ["#0a7d5a", "#c2185b", "#1f4e9c", "#e8590c", "#5a4391"])
@pytest.mark.parametrize("third", range(3))
def test_brand_colour_leads(color: str, third: int) -> None:
    """Most of what has a hue has the brand's, and the brand's very colour is there to see, whatever the topic."""
    brand = oklab(Image.new("RGB", (1, 1), color))[0, 0]
    for topic, size in zip(TOPICS[third::3], [*SIZES.values(), SIZES["16:9"]], strict=True):
        lab = oklab(paint(topic, size, color))
        assert (off_hue(lab, brand) < 30).mean() > 0.5, topic
        near = np.linalg.norm(lab - brand, axis=2) < 0.06
        assert near.mean() > 0.02, topic


@pytest.mark.parametrize(("color", "low", "high"), [("#ffffff", 0.8, 1.01), ("#222222", 0.0, 0.62)])
def test_black_and_white_lead_too(color: str, low: float, high: float) -> None:
    """A brand without a hue gets greys, mostly on its own end of the scale."""
    for topic in TOPICS:
        lab = oklab(paint(topic, SIZES["16:9"], color))
        assert (np.hypot(lab[..., 1], lab[..., 2]) < 0.04).mean() > 0.6, topic
        assert low < np.median(lab[..., 0]) < high, topic


@pytest.mark.parametrize("ratio", SIZES)
def test_is_a_picture_and_not_a_surface(ratio: str) -> None:
    """Every picture has contrast and detail, and no half of it is empty."""
    for topic in TOPICS:
        picture = paint(topic, SIZES[ratio])
        grey = np.asarray(picture.convert("L"), dtype=np.float64)
        assert picture.convert("L").entropy() > 5, topic
        assert grey.std() > 15, topic
        for halves in (np.array_split(grey, 2, axis=0), np.array_split(grey, 2, axis=1)):
            assert min(half.std() for half in halves) > 6, topic


@pytest.mark.parametrize(
    ("size", "limit", "topics"), [((2752, 1536), 4_000_000, TOPICS[:2]), ((1024, 1024), 1_500_000, TOPICS[2:10])]
)
def test_png_stays_small(size: tuple[int, int], limit: int, topics: list[str]) -> None:
    """The grain does not blow up the lossless file (bytes)."""
    for topic in topics:
        out = io.BytesIO()
        paint(topic, size, "#c2185b").save(out, "PNG")
        assert out.tell() < limit, topic
