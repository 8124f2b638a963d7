"""Preparing pictures for the web: EXIF rotation, conversion to 8-bit sRGB, and downscaling in linear light.

sRGB values are not proportional to light: averaging them makes fine bright detail on dark too dark
(https://www.w3.org/Graphics/Color/sRGB; examples: http://www.ericbrasseur.org/gamma.html).
"""

import io
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from imaging.pictures.each import Each
from imaging.pictures.picture import plain, upright
from imaging.srgb import from_linear, to_linear

Plane = NDArray[np.float32]

_STEPS = 4095  # of linear light: enough for the 8 bits of sRGB, whose darkest steps are the finest


def _to_light() -> Plane:
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
    return at_widths(image, [width])[width]


def at_widths(image: Image.Image, widths: Iterable[int], each: Each = map) -> dict[int, Image.Image]:
    """Return a prepared picture at each of these widths in pixels, keeping its ratio; never enlarged.

    Each is made from the next larger one, which takes a third of the time of making all from the largest.
    """
    wanted = sorted(set(widths), reverse=True)
    narrower = [width for width in wanted if width < image.width]
    sizes = [(width, max(1, round(image.height * width / image.width))) for width in narrower]
    bands = image.split()
    if image.mode == "RGB":
        planes = each(lambda band: [_shown(plane) for plane in _narrowed(_light(band), sizes)], bands)
    else:
        planes = _with_opacity(bands[:3], np.asarray(bands[3], dtype=np.float32) / np.float32(255), sizes)
    small = [Image.merge(image.mode, parts) for parts in zip(*planes, strict=True)]
    return dict.fromkeys(wanted, image) | dict(zip(narrower, small, strict=True))


def _with_opacity(
    bands: Sequence[Image.Image], opacity: Plane, sizes: Sequence[tuple[int, int]]
) -> Iterator[list[Image.Image]]:
    """Yield each band, and opacity, in each size. Transparent pixels do not bleed into visible ones."""
    alphas = list(_narrowed(opacity, sizes))
    for band in bands:
        weighted = _narrowed(_light(band) * opacity, sizes)
        pairs = zip(weighted, alphas, strict=True)
        yield [_shown((plane / np.maximum(alpha, 1 / 255)).astype(np.float32)) for plane, alpha in pairs]
    yield [Image.fromarray((np.clip(alpha, 0, 1) * 255 + 0.5).astype(np.uint8)) for alpha in alphas]


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


def _light(band: Image.Image) -> Plane:
    return _LIGHT.take(np.asarray(band))


def _shown(light: Plane) -> Image.Image:
    return Image.fromarray(_SRGB.take((np.clip(light, 0, 1) * np.float32(_STEPS) + np.float32(0.5)).astype(np.uint16)))


def _narrowed(plane: Plane, sizes: Iterable[tuple[int, int]]) -> Iterator[Plane]:
    """Yield the plane in each size, from the largest to the smallest."""
    image = Image.fromarray(plane)
    for size in sizes:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        yield np.asarray(image)
