"""Preparing pictures for the web: EXIF rotation, conversion to 8-bit sRGB, and downscaling in linear light.

sRGB values are not proportional to light: averaging them makes fine bright detail on dark too dark
(https://www.w3.org/Graphics/Color/sRGB; examples: http://www.ericbrasseur.org/gamma.html).
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from imaging.pictures.picture import plain, upright
from imaging.srgb import from_linear, to_linear

_STEPS = 4095  # of linear light: enough for the 8 bits of sRGB, whose darkest steps are the finest


def _to_light() -> NDArray[np.float32]:
    return to_linear(np.arange(256) / 255).astype(np.float32)


def _to_srgb() -> NDArray[np.uint8]:
    return (from_linear(np.arange(_STEPS + 1) / _STEPS) * 255 + 0.5).astype(np.uint8)


_LIGHT, _SRGB = _to_light(), _to_srgb()


def prepared(image: Image.Image) -> Image.Image:
    """Return the picture rotated by EXIF, in sRGB, as RGB or, if it has transparency, RGBA."""
    profile = image.info.get("icc_profile")
    image = plain(upright(image))
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    colours = _in_srgb(image, profile)
    if alpha is None or alpha.getextrema() == (255, 255):
        return colours
    colours.putalpha(alpha)
    return colours


def scaled(image: Image.Image, width: int) -> Image.Image:
    """Return a prepared picture scaled down to this width in pixels, keeping its ratio; never enlarged."""
    if width >= image.width:
        return image
    size = (width, max(1, round(image.height * width / image.width)))
    if image.mode == "RGB":
        return Image.merge("RGB", [_narrowed(_LIGHT[np.asarray(band)], size) for band in image.split()])
    *bands, alpha = image.split()
    opacity = np.asarray(alpha, dtype=np.float32) / np.float32(255)
    small = _resized(opacity, size)
    # Weight colours by opacity, so that transparent pixels do not bleed into visible ones.
    visible = np.maximum(small, 1 / 255)
    colours = [_narrowed(_LIGHT[np.asarray(band)] * opacity, size, visible) for band in bands]
    return Image.merge("RGBA", [*colours, Image.fromarray((np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8))])


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            plane = image.convert("RGB") if image.mode == "RGBA" else image
            converted = ImageCms.profileToProfile(plane, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):  # ignore an invalid profile, as browsers do
            return image.convert("RGB")
        if converted is not None:
            return converted
    return image.convert("RGB")


def _narrowed(
    light: NDArray[np.float32], size: tuple[int, int], visible: NDArray[np.float32] | None = None
) -> Image.Image:
    small = _resized(light, size)
    if visible is not None:
        small = small / visible
    return Image.fromarray(_SRGB[(np.clip(small, 0, 1) * _STEPS + 0.5).astype(np.uint16)])


def _resized(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))
