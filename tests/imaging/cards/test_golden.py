"""Cards look as they looked when somebody last looked at them.

After a change of looks: `python -m tests.imaging.cards.test_golden` draws them anew; look at them, then commit.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from imaging.cards import Card, draw_card
from imaging.painting.painter import paint
from tests.imaging.cards.contact_sheet import encoded, logo

FOLDER = Path(__file__).parent / "golden"
WIDE, SQUARE, TALL = (1200, 630), (1080, 1080), (1080, 1920)
HERO = encoded(paint("golden", (1344, 768), "#1f4e9c", series="golden"), "PNG")
MARK = logo()
CARDS = {
    "minimal-de": Card("Laktoseintoleranz und Laktase", "Milch oder Parmesan?", "#0a7d5a", MARK, "minimal", WIDE, "de"),
    "minimal-hi": Card("दस आदतें जो चुपचाप नींद सुधारती हैं", "शोध क्या कहता है?", "#222222", None, "minimal", SQUARE, "hi"),
    "gradient-en": Card("Launch day 🚀 in 🇩🇪", "Love ❤️ and 👍🏿", "#c2185b", MARK, "gradient", WIDE, "en"),
    "gradient-th": Card("นิสัยที่ช่วยให้คุณนอนหลับได้ดีขึ้น", "เริ่มคืนนี้", "#ffcc00", None, "gradient", TALL, "th"),
    "photo-ja": Card("睡眠の質を静かに高める十の習慣", "今日から。", "#1f4e9c", MARK, "photo", WIDE, "ja", HERO),
    "photo-de": Card("Donaudampfschifffahrtsgesellschaft", "", "#b5532a", None, "photo", TALL, "de", HERO),
    "split-ar": Card("عشر عادات تحسّن نومك", "كل يوم", "#5a4391", MARK, "split", WIDE, "ar", HERO),
    "split-zh": Card("悄悄改善睡眠的十个好习惯", "从今晚开始。", None, None, "split", SQUARE, "zh", HERO),
}  # fmt: skip

Plane = npt.NDArray[np.float64]


def drawn(name: str) -> Image.Image:
    """The card at half its size: small enough to keep, large enough to see a letter out of place."""
    picture = Image.open(BytesIO(draw_card(CARDS[name]))).convert("RGB")
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def likeness(one: Image.Image, other: Image.Image, window: int = 8) -> Plane:
    """The structural similarity of each window (Wang et al. 2004), 1 where they are the same, over all channels."""
    a, b = (_windows(np.asarray(picture, dtype=np.float64), window) for picture in (one, other))
    mean_a, mean_b = a.mean(axis=-1), b.mean(axis=-1)
    spread = (a * b).mean(axis=-1) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found: Plane = ((2 * mean_a * mean_b + c1) * (2 * spread + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (a.var(axis=-1) + b.var(axis=-1) + c2)
    )
    return found


def _windows(pixels: Plane, window: int) -> Plane:
    """Pixels (h, w, 3) as (rows, columns, 3, window * window)."""
    rows, columns = pixels.shape[0] // window, pixels.shape[1] // window
    cut = pixels[: rows * window, : columns * window].reshape(rows, window, columns, window, 3)
    return cut.transpose(0, 2, 4, 1, 3).reshape(rows, columns, 3, -1)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_looks_as_it_did(name: str) -> None:
    """The card is the golden one but for what a codec changes: all in all, and in its worst hundredth."""
    with Image.open(FOLDER / f"{name}.webp") as golden:
        found = likeness(drawn(name), golden.convert("RGB"))
    assert found.mean() > 0.97
    assert np.quantile(found, 0.01) > 0.6


def test_likeness_sees_a_line_that_moved() -> None:
    """The measure is not blind: a card shifted by four pixels is not the same card."""
    picture = drawn("minimal-de")
    moved = picture.transform(picture.size, Image.Transform.AFFINE, (1, 0, 4, 0, 1, 0))
    assert np.quantile(likeness(picture, moved), 0.01) < 0.3


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for card in CARDS:
        drawn(card).save(FOLDER / f"{card}.webp", quality=92, method=6)
