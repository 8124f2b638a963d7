"""Contrast: computed for any colour, and measured on drawn cards."""

from io import BytesIO
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from imaging.cards import Card, draw_card
from imaging.cards.canvas import Box
from imaging.cards.contrast import RGB, SHAPE_CONTRAST, TEXT_CONTRAST, WHITE, contrast, mix, scheme_for
from imaging.cards.scrim import scheme_over_pictures, shaded

colors = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ((0, 0, 0), (255, 255, 255), 21.0),
        ((119, 119, 119), (255, 255, 255), 4.48),
        ((255, 0, 0), (255, 255, 255), 4.0),
    ],
)
def test_contrast_is_wcags(one: tuple[int, int, int], other: tuple[int, int, int], ratio: float) -> None:
    """Known pairs have the ratio that WCAG checkers show, whichever comes first."""
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@settings(max_examples=500, deadline=None)
@given(colors)
def test_text_is_readable_and_the_accent_seen_for_any_color(color: str) -> None:
    """For every brand colour title and excerpt reach 4.5:1, and the accent 3:1."""
    scheme = scheme_for(color)
    assert contrast(scheme.ink, scheme.paper) >= TEXT_CONTRAST
    assert contrast(scheme.muted, scheme.paper) >= TEXT_CONTRAST
    assert contrast(scheme.accent, scheme.paper) >= SHAPE_CONTRAST


def test_mix_keeps_to_its_ends() -> None:
    """A share of nothing is the base, a share of one the other colour."""
    assert mix((1, 2, 3), (200, 100, 50), 0) == (1, 2, 3)
    assert mix((1, 2, 3), (200, 100, 50), 1) == (200, 100, 50)


@settings(max_examples=6, deadline=None)
@given(colors)
def test_drawn_text_is_readable(color: str) -> None:
    """On the drawn picture both text colours reach 4.5:1 against every tone of the paper."""
    grounds, drawn = (_counted(Card(*texts, color)) for texts in (("\u200b", ""), ("Measured", "on the drawn picture")))
    # The grounds first, then the two inks: smoothed edges are spread over many rarer colours.
    inks = [found for found in drawn if found not in grounds][:2]
    wide = [found for found, count in grounds.items() if count > 20_000]
    assert len(inks) == 2
    assert 1 < len(wide) < 5 or color in {"#000000", "#ffffff"}
    assert all(contrast(ink, ground) >= TEXT_CONTRAST for ink in inks for ground in wide)


def _counted(card: Card) -> dict[RGB, int]:
    """The colours of the drawn card beside its band, the most frequent first, with their pixels."""
    picture = Image.open(BytesIO(draw_card(card))).convert("RGB")
    found = sorted(picture.crop((40, 0, *picture.size)).getcolors(1 << 24) or [], reverse=True)
    return {cast(RGB, color): count for count, color in found}


def hero(kind: str) -> Image.Image:
    """A picture that is hard to write on."""
    pixels = np.random.default_rng(1).integers(0, 256, (315, 600, 3), dtype=np.uint8)
    stripes = 255 * (np.arange(600)[:, None] // 9 % 2).astype(np.uint8)
    grounds = {"bright": pixels | 255, "dark": pixels & 0, "noisy": pixels, "striped": pixels & 0 | stripes}
    return Image.fromarray(grounds[kind])


def brightest(pixels: npt.NDArray[np.uint8]) -> RGB:
    """The pixel that white contrasts with least."""
    return min((cast(RGB, tuple(map(int, p))) for p in np.unique(pixels.reshape(-1, 3), axis=0)),
               key=lambda pixel: contrast(pixel, WHITE))  # fmt: skip


@pytest.mark.parametrize("kind", ["bright", "dark", "noisy", "striped"])
@pytest.mark.parametrize("color", ["#0a7d5a", "#ffffff", "#ffcc00", None])
def test_both_inks_are_readable_over_any_picture(kind: str, color: str | None) -> None:
    """In the shade the brightest pixel below the text leaves both inks 4.5:1, and what is far above stays as it is."""
    scheme, box = scheme_over_pictures(color), Box(20, 200, 240, 290)
    shade = np.asarray(shaded(hero(kind), [box], scheme, 12))
    worst = brightest(shade[box.top : box.bottom, box.left : box.right])
    assert min(contrast(scheme.ink, worst), contrast(scheme.muted, worst)) >= TEXT_CONTRAST
    assert (shade[:70] == np.asarray(hero(kind))[:70]).all()


@pytest.mark.parametrize("kind", ["bright", "noisy", "striped"])
def test_the_drawn_photo_card_is_readable(kind: str) -> None:
    """On the finished JPEG, all that lies between the letters leaves them 4.5:1."""
    with BytesIO() as out:
        hero(kind).resize((1200, 630)).save(out, "PNG")
        data = draw_card(Card("HHH", color="#0a7d5a", template="photo", hero=out.getvalue()))
    letters = Image.open(BytesIO(data)).convert("RGB").crop((70, 506, 200, 560))
    around = np.asarray(letters.convert("L").filter(ImageFilter.MaxFilter(9))) < 200  # what no letter's edge touches
    assert 0.02 < around.mean() < 0.9
    assert contrast(brightest(np.asarray(letters)[around]), WHITE) >= TEXT_CONTRAST


@pytest.mark.parametrize("color", ["#0a7d5a", "#ffcc00", "#e8590c", "#ffffff", "#000000", "#777777", None])
def test_the_gradient_is_readable_everywhere(color: str | None) -> None:
    """On every pixel of the ground, the darkest and the brightest, the ink has 4.5:1."""
    card = Card("\u200b", color=color, template="gradient", size=(600, 315))  # nothing that leaves ink
    ground = np.unique(np.asarray(Image.open(BytesIO(draw_card(card))).convert("RGB")).reshape(-1, 3), axis=0)
    tones = [cast(RGB, tuple(map(int, pixel))) for pixel in ground]
    ink = max((WHITE, (0, 0, 0)), key=lambda i: min(contrast(i, tone) for tone in tones))
    assert min(contrast(ink, tone) for tone in tones) >= TEXT_CONTRAST
