"""Similarity of pictures: SSIM (Wang et al., "Image Quality Assessment", 2004), on luma, in windows of 8x8."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_WINDOW = 8
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return the mean structural similarity of two pictures of equal size: 1.0 is identical. Ignores transparency."""
    a, b = (np.asarray(image.convert("RGB").convert("L"), dtype=np.float64) for image in (one, other))
    mean_a, mean_b = _means(a), _means(b)
    variances = _means(a * a) - mean_a**2 + _means(b * b) - mean_b**2
    covariance = _means(a * b) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)
    return float(np.mean(likeness / ((mean_a**2 + mean_b**2 + _C1) * (variances + _C2))))


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each window, by a summed-area table, whose cost does not depend on the window's size."""
    size = min(_WINDOW, *values.shape)
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    means: NDArray[np.float64] = (
        sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    ) / size**2
    return means
