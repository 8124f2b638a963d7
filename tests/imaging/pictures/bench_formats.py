"""Bytes and looks of the web formats: `python -m tests.imaging.pictures.bench_formats`, the table of docs/formats.md.

The looks are measured against the picture scaled to the same width, which is also what the PNG holds.
"""

import io
import sys
from collections import defaultdict

from PIL import Image
from typer import echo

from imaging.formats import FORMATS
from imaging.pictures.scaling import prepared, scaled
from imaging.pictures.similarity import ssim
from imaging.pictures.web_formats import renditions, widths
from tests.imaging.pictures.bench_samples import samples


def main() -> None:
    """Print a row for each picture and width, and the sums."""
    echo("| picture | width | PNG, KB | AVIF, KB | less | SSIM | WebP, KB | less | SSIM |")
    echo("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    sums: dict[str, int] = defaultdict(int)
    for name, data in samples():
        with Image.open(io.BytesIO(data)) as opened:
            picture = prepared(opened)
        for width in widths(picture.width, (480, 960, 1600, "full")):
            image = scaled(picture, width)
            png = _png_bytes(image)
            cells = []
            for made in renditions(data, [(one, width) for one in FORMATS], None):
                with Image.open(io.BytesIO(made.data)) as shown:
                    looks = ssim(image, shown)
                cells += [f"{len(made.data) / 1e3:.0f}", f"{1 - len(made.data) / png:.0%}", f"{looks:.3f}"]
                sums[made.format] += len(made.data)
            sums["png"] += png
            echo(f"| {name} | {width} | {png / 1e3:.0f} | {' | '.join(cells)} |")
    saved = {name: f"{1 - sums[name] / sums['png']:.0%}" for name in FORMATS}
    echo(f"\nAll together: AVIF {saved['avif']} less than PNG, WebP {saved['webp']} less.")
    sys.exit(any(sums[name] > 0.4 * sums["png"] for name in FORMATS))


def _png_bytes(image: Image.Image) -> int:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return len(out.getvalue())


if __name__ == "__main__":
    main()
