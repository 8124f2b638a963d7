"""ThumbHashes: the bytes of the reference implementation."""

import random

import numpy as np
import numpy.typing as npt
import pytest

from imaging.pictures.thumbhash import thumbhash_of

# Made by the Rust crate `thumbhash` 0.1.
REFERENCE = [
    ("noise", 100, 100, "e007020700876f78a9896b4954768667576967a2f42ccf0e"),
    ("noise", 100, 56, "e007020480999f4858565958767640ded9f79b"),
    ("noise", 56, 100, "e0070204009386a6877a568b47f5049ed9f29a"),
    ("noise", 100, 53, "e0070204809a9f384a664966667930dfe8f7aa"),
    ("noise", 37, 91, "e00702030220a95a9a583e026f8c57ca90"),
    ("noise", 100, 1, "5f183e2184778777878808887187407808"),
    ("noise", 2, 3, "1dd6398510870887788887788887880789aa1098f5"),
    ("noise", 1, 1, "14d729370c07f807878887808f8088f80787808ff8f8880f"),
    ("blocks", 100, 100, "6418062f0a738d84247f8829a958877f7789f7d7860caa0d"),
    ("blocks", 100, 56, "6418062c8a738d84247f8829a9757f6dc8a0da"),
    ("blocks", 56, 100, "6418062c0a734df29792758897787f6dc8a0da"),
    ("blocks", 100, 53, "6418062c8a738d84147f8829a9857f6dc8a0da"),
    ("blocks", 37, 91, "a408062b0c73248f928578797f6db8a0da"),
    ("blocks", 100, 1, "235a468994868877878808794887b07408"),
    ("blocks", 2, 3, "65084a3d0e87087788888778888788088b8f2df86d"),
    ("blocks", 1, 1, "e268463f1807f807878887808f8088f80787707008078700"),
    ("grey", 100, 100, "1f080607005a7486669388b6456716692e100a0000000000"),
    ("grey", 100, 56, "1f080a0480398687778777a540260000000000"),
    ("grey", 56, 100, "20080a0400677786986767a856200000000000"),
    ("grey", 100, 53, "1f080a04804887778777779560370000000000"),
    ("grey", 37, 91, "1f080e0300867877867845900000000000"),
    ("grey", 100, 1, "1c083a0180566978878808a90000000000"),
    ("grey", 2, 3, "0208060500870884887b88788887b8080000000000"),
    ("grey", 1, 1, "000802070000000000000000000000000000000000000000"),
    ("veil", 100, 100, "dc1782150827458bf8d88ac077828c70fa399b856f789b6886"),
    ("veil", 100, 56, "dc1782138827458bf8d88a828c70fa399b856f789b6886"),
    ("veil", 56, 100, "dc178213082745f8a8c887828c70fa399b856f789b6876"),
    ("veil", 100, 53, "dc1782138827368bf8d78a927c70fa399b856f789b6886"),
    ("veil", 37, 91, "dc178212082745f998c776828d70fa399b856f789b6886"),
    ("veil", 100, 1, "5d27ba498ccc7888878870f5889b7908888787887087f8"),
    ("veil", 2, 3, "2008822b067772680871f889b6f0170b89068a78877888"),
    ("veil", 1, 1, "9c08ba2d04ee07f88788808ff8078770700807f88788808ff8"),
    ("fade", 100, 100, "1f07861d08169487a0888a7888a0a409f96880878087787878"),
    ("fade", 100, 56, "9b76821b8615a287b08789a09608da7780878387877887"),
    ("fade", 56, 100, "9d85810b06158690a7778890b22af85783877088787888"),
    ("fade", 100, 53, "5a7682138614a187b08779a09608ca7880878487877888"),
    ("fade", 37, 91, "db74810a04148690b7778890b03bf84884878078887878"),
    ("fade", 100, 1, "d605af89c233878787888087887f780884878788b087f8"),
    ("fade", 2, 3, "d1f18103000076c0c8783880d41bf84886098588877878"),
    ("fade", 1, 1, "00088205000000000000000000000000000000000000000000"),
    ("halves", 100, 100, "a9d51967087f858988888878888887888887f887887f7808"),
    ("halves", 100, 56, "a9d51964887f85898888788888887f88f88788"),
    ("halves", 56, 100, "a9d51964088f75888888877888878f78f88887"),
    ("halves", 100, 53, "a9d51964887f85898888788778777f88f88778"),
    ("halves", 37, 91, "a9d51963087f8888878878887f88f88778"),
    ("halves", 100, 1, "a9d551998c7a8788878808857c88cf87f8"),
    ("halves", 2, 3, "a9d5516d088a058888788878878788088f88f88888"),
    ("halves", 1, 1, "3b0876070007f807878887808f8088f80787000000000000"),
]


@pytest.mark.parametrize(("kind", "width", "height", "expected"), REFERENCE)
def test_the_bytes_are_those_of_the_reference(kind: str, width: int, height: int, expected: str) -> None:
    """Noise, areas, greys, veils, fades and symmetric pictures of any shape come to the reference's very bytes."""
    assert thumbhash_of(_pixels(kind, width, height)).hex() == expected


def _pixels(kind: str, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return a made-up picture, `(height, width, 4)`, the same on every machine."""
    rows, columns = np.mgrid[:height, :width]
    if kind in {"blocks", "veil"}:
        pixels = _noise(kind, 4, 4)[rows * 4 // height, columns * 4 // width]
    elif kind == "grey":
        pixels = np.stack([(rows * 7 + columns * 3) % 256] * 4, -1)
    elif kind == "fade":
        pixels = np.stack([columns * 2, rows * 2, 200 - columns, rows + columns], -1)
    elif kind == "halves":
        pixels = np.where(columns[..., np.newaxis] < width / 2, [240, 240, 240, 255], [16, 64, 192, 255])
    else:
        pixels = _noise(kind, width, height)
    if kind in {"noise", "blocks", "grey"}:
        pixels[..., 3] = 255
    return np.asarray(pixels, np.uint8)


def _noise(seed: str, width: int, height: int) -> npt.NDArray[np.uint8]:
    values = random.Random(seed).randbytes(4 * width * height)  # noqa: S311 - to be repeated, not to be secret
    return np.frombuffer(values, np.uint8).reshape(height, width, 4).copy()
