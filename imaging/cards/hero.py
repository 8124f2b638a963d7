"""Opening an article's hero for a card, and cropping it to the window with most detail."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.pictures.scaling import prepared

Grey = npt.NDArray[np.float64]

_COARSE = 96  # pixels of the longer side for measuring detail
_CENTRED = 0.6  # how much less the edges of the picture count than its middle


def open_hero(data: bytes) -> Image.Image:
    """Return the hero as RGB, as a browser shows it: EXIF rotation applied, in sRGB, transparency on white.

    Raises ValueError naming the field if it cannot be read.
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
    """Return the hero cropped to the proportions of `size` (pixels) and scaled to it.

    Keeps the window with most detail, preferring the middle.
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
    """Return the brightness gradient at each pixel."""
    rows, columns = np.gradient(grey) if min(grey.shape) > 1 else (np.zeros_like(grey), np.zeros_like(grey))
    detail: Grey = np.hypot(rows, columns)
    return detail


def _best_start(weights: Grey, share: float) -> float:
    """Return the start of the window with most weight, as a share of the length; the window is `share` long."""
    length = len(weights)
    wide = max(round(share * length), 1)
    if wide >= length:
        return 0.0
    middle = 1 - _CENTRED * np.abs(np.linspace(-1, 1, length))
    sums = np.convolve((weights + 1e-6) * middle, np.ones(wide), mode="valid")
    return min(float(np.argmax(sums)) / length, 1 - share)
