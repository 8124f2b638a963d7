"""Opening, trimming and fitting a brand's logo, and checking that it is visible on a background."""

import struct
import warnings
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from imaging.cards.contrast import LUMINANCE, RGB, luminance
from imaging.cards.logos.svg import draw_svg, is_svg
from imaging.srgb import to_linear

MAX_PIXELS = 40_000_000  # more is a mistake or a decompression bomb
_MAX_ENLARGEMENT = 2.0  # a favicon stays small rather than blurred
_VISIBLE_SHARE = 0.6  # of a logo's pixels must be seen


def open_logo(data: bytes) -> Image.Image | None:
    """Return the logo as RGBA without its transparent margin; None if all of it is transparent.

    Raises ValueError naming the field if the bytes are not a PNG, JPEG, WebP or SVG, are damaged, or are too large.
    """
    if is_svg(data):
        try:
            return _trimmed(draw_svg(data, MAX_PIXELS))
        except ValueError as error:
            raise ValueError(f"logo: {error}") from None
    return _trimmed(_open(data))


def _open(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise ValueError(f"logo: {opened.size} is more than {MAX_PIXELS} pixels")
                return _rgba(_upright(opened))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"logo: not a readable PNG, JPEG, WebP or SVG image ({error})") from error


def _trimmed(image: Image.Image) -> Image.Image | None:
    box = image.getchannel("A").point(lambda a: 255 * (a > 8)).getbbox()
    return image.crop(box) if box else None


def fit_logo(logo: Image.Image, width: int, height: int, area: int) -> Image.Image:
    """Return the logo scaled in proportion to fit width, height (pixels) and area (square pixels).

    The limit on the area makes wide and square logos look equally large.
    """
    scale = min(width / logo.width, height / logo.height, (area / (logo.width * logo.height)) ** 0.5, _MAX_ENLARGEMENT)
    size = max(round(logo.width * scale), 1), max(round(logo.height * scale), 1)
    return logo.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def is_opaque(logo: Image.Image) -> bool:
    return logo.getchannel("A").getextrema()[0] == 255


def is_visible_on(logo: Image.Image, paper: RGB, ratio: float = 2.0) -> bool:
    """Return whether enough of the logo has at least this contrast ratio to the paper."""
    pixels = np.asarray(logo, dtype=np.float64) / 255
    alpha = pixels[..., 3:]
    seen = alpha[..., 0] > 0.5
    if not seen.any():
        return True
    shown = pixels[..., :3] * alpha + np.array(paper) / 255 * (1 - alpha)
    light = (to_linear(shown) @ LUMINANCE)[seen] + 0.05
    ground = luminance(paper) + 0.05
    found = np.maximum(light, ground) / np.minimum(light, ground)
    return bool((found >= ratio).mean() >= _VISIBLE_SHARE)


def rounded(image: Image.Image, radius: int) -> Image.Image:
    """Return the picture with round corners, so that an opaque logo does not look pasted."""
    alpha = rounded_mask(image.size, radius)
    out = image.copy()
    out.putalpha(alpha)
    return out


def rounded_mask(size: tuple[int, int], radius: int) -> Image.Image:
    """Return a rounded rectangle, drawn four times as large for antialiasing, which Pillow lacks."""
    large = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * 4, 255)
    return large.resize(size, Image.Resampling.BOX)


def _upright(image: Image.Image) -> Image.Image:
    """Return the picture rotated by its EXIF orientation, or unchanged if the EXIF data cannot be read."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error):
        return image


def _rgba(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):  # 16-bit grey: Pillow's own conversion would clip it
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return (image.convert("RGB") if image.mode == "CMYK" else image).convert("RGBA")
