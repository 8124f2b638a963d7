"""Pillow against pyvips: `python -m tests.imaging.pictures.bench_encoders` prints time and bytes at equal looks.

pyvips is no dependency: `pip install 'pyvips[binary]'` first. Both get one thread, since pictures are encoded side by
side. For each encoder the lowest quality is taken that reaches the SSIM which variants are made to.
"""

import io
import os
import time
from collections.abc import Callable
from typing import Any

os.environ["VIPS_CONCURRENCY"] = "1"

import numpy as np
from PIL import Image
from typer import echo

from imaging.painting.painter import paint
from imaging.pictures.scaling import scaled
from imaging.pictures.similarity import ssim
from imaging.pictures.web_formats import LEAST_SIMILARITY
from tests.imaging.pictures.bench_samples import HERO, photo

Encode = Callable[[Image.Image, int], bytes]
_QUALITIES = range(30, 97, 3)


def _pillow(name: str, **options: Any) -> Encode:
    def encode(image: Image.Image, quality: int) -> bytes:
        out = io.BytesIO()
        image.save(out, name, quality=quality, **options)
        return out.getvalue()

    return encode


def _vips(save: str, **options: Any) -> Encode:
    import pyvips

    def encode(image: Image.Image, quality: int) -> bytes:
        source = pyvips.Image.new_from_array(np.asarray(image)).copy(interpretation="srgb")
        return bytes(getattr(source, save)(Q=quality, **options))

    return encode


def main() -> None:
    """Print a row for each encoder and picture, then one for scaling."""
    encoders: dict[str, Encode] = {
        **{f"Pillow AVIF, speed {speed}": _pillow("AVIF", speed=speed, max_threads=1) for speed in (6, 8, 9)},
        **{f"pyvips AVIF, effort {one}": _vips("heifsave_buffer", compression="av1", effort=one) for one in (1, 2)},
        **{f"Pillow WebP, method {method}": _pillow("WEBP", method=method) for method in (2, 4)},
        **{f"pyvips WebP, effort {effort}": _vips("webpsave_buffer", effort=effort) for effort in (2, 4)},
    }  # fmt: skip
    pictures = {
        "painted": paint("laktoseintoleranz-und-laktase", HERO, None).convert("RGB"),
        "photo-like": photo(HERO, roughness=1.5, grain=2),
    }
    echo("| encoder | painted: s | KB | photo-like: s | KB |\n| --- | --- | --- | --- | --- |")
    for name, encode in encoders.items():
        echo(f"| {name} | {' | '.join(_measured(encode, picture) for picture in pictures.values())} |")
    painted = pictures["painted"]
    ours, theirs = _seconds(lambda: scaled(painted, 960)), _seconds(lambda: _shrunk(painted))
    echo(
        f"\nScaling to 960 pixels in linear light: ours {ours:.2f} s, pyvips {theirs:.2f} s, ratio {ours / theirs:.1f}"
    )


def _measured(encode: Encode, picture: Image.Image) -> str:
    for quality in _QUALITIES:
        data = encode(picture, quality)
        with Image.open(io.BytesIO(data)) as shown:
            if ssim(picture, shown) >= LEAST_SIMILARITY:
                break
    return f"{_seconds(lambda: encode(picture, quality)):.2f} | {len(data) / 1e3:.0f}"


def _shrunk(picture: Image.Image) -> None:
    import pyvips

    source = pyvips.Image.new_from_array(np.asarray(picture)).copy(interpretation="srgb")
    source.thumbnail_image(960, linear=True).write_to_memory()


def _seconds(call: Callable[[], object]) -> float:
    """The processor time of the best of three."""
    times = []
    for _ in range(3):
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return min(times)


if __name__ == "__main__":
    main()
