"""The article's hero on a card: opened, and cut to where there is most to see."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.pictures.scaling import prepared

Grey = npt.NDArray[np.float64]

_COARSE = 96  # pixels of the longer side that is looked at
_CENTRED = 0.6  # how much less the rim of the picture weighs than its middle


def open_hero(data: bytes) -> Image.Image:
    """The hero as RGB, as a page shows it: upright, in sRGB, on white where it is transparent.

    Raises ValueError naming the field when it cannot be read.
    """
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
            hero = prepared(opened)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"hero: not a readable PNG, JPEG or WebP image ({error})") from error
    if hero.mode == "RGB":
        return hero
    return Image.alpha_composite(Image.new("RGBA", hero.size, "white"), hero).convert("RGB")


def fill(hero: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The hero cut to the proportions of `size` (pixels) and scaled to it.

    Of all windows the one with most detail is kept, those in the middle preferred.
    """
    scale = max(size[0] / hero.width, size[1] / hero.height)
    window = size[0] / scale, size[1] / scale
    small = hero.resize(
        (max(hero.width * _COARSE // max(hero.size), 1), max(hero.height * _COARSE // max(hero.size), 1)),
        Image.Resampling.BOX,
    )
    detail = _detail(np.asarray(small.convert("L"), dtype=np.float64))
    left = _best_start(detail.sum(axis=0), window[0] / hero.width) * hero.width
    top = _best_start(detail.sum(axis=1), window[1] / hero.height) * hero.height
    box = (left, top, min(left + window[0], hero.width), min(top + window[1], hero.height))
    return hero.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _detail(
    grey: Grey,
) -> Grey:
    """How much the light changes around each pixel."""
    rows, columns = np.gradient(grey) if min(grey.shape) > 1 else (np.zeros_like(grey), np.zeros_like(grey))
    detail: Grey = np.hypot(rows, columns)
    return detail


def _best_start(weights: Grey, share: float) -> float:
    """Where a window of `share` of the length begins that holds most of the weights, as a share of the length."""
    length = len(weights)
    wide = max(round(share * length), 1)
    if wide >= length:
        return 0.0
    middle = 1 - _CENTRED * np.abs(np.linspace(-1, 1, length))
    sums = np.convolve((weights + 1e-6) * middle, np.ones(wide), mode="valid")
    return min(float(np.argmax(sums)) / length, 1 - share)
