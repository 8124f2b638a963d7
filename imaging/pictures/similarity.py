"""Similarity of pictures: SSIM (Wang et al., "Image Quality Assessment", 2004), on luma, in windows of 8x8."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_WINDOW = 8
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return the mean structural similarity of two pictures of equal size: 1.0 is identical. Ignores transparency."""
    a, b = (np.asarray(image.convert("RGB").convert("L"), dtype=np.uint32) for image in (one, other))
    side = min(_WINDOW, *a.shape)
    count, c1, c2 = side**2, np.float32(_C1 * side**4), np.float32(_C2 * side**4)
    sum_a, sum_b = _sums(a, side), _sums(b, side)
    # All times `count` squared, to stay with whole numbers, which is fast and exact.
    squares, product = sum_a * sum_a + sum_b * sum_b, sum_a * sum_b
    variances = (count * _sums(a * a + b * b, side) - squares).astype(np.float32)
    covariance = (count * _sums(a * b, side) - product).astype(np.int32).astype(np.float32)
    likeness = (2 * product.astype(np.float32) + c1) * (2 * covariance + c2)
    likeness /= (squares.astype(np.float32) + c1) * (variances + c2)
    return float(likeness.mean(dtype=np.float64))


def _sums(values: NDArray[np.uint32], side: int) -> NDArray[np.uint32]:
    """Return the sum of each window, by a summed-area table, whose cost does not depend on the window's size.

    The table of a large picture overflows, and a window's difference of its entries is right all the same.
    """
    table = np.zeros((values.shape[0] + 1, values.shape[1] + 1), dtype=np.uint32)
    values.cumsum(0, dtype=np.uint32).cumsum(1, dtype=np.uint32, out=table[1:, 1:])
    sums: NDArray[np.uint32] = table[side:, side:] - table[:-side, side:] - table[side:, :-side] + table[:-side, :-side]
    return sums
