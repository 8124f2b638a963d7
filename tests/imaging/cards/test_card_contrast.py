"""Contrast: computed for any colour, and measured on drawn cards."""

from io import BytesIO
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.cards import Card, draw_card
from imaging.cards.contrast import RGB, SHAPE_CONTRAST, TEXT_CONTRAST, contrast, mix, scheme_for

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


@settings(max_examples=12, deadline=None)
@given(colors)
def test_drawn_text_is_readable(color: str) -> None:
    """On the drawn picture both text colours reach 4.5:1 against the paper around them."""
    picture = Image.open(BytesIO(draw_card(Card("Measured", "on the drawn picture", color)))).convert("RGB")
    colors = sorted(picture.crop((40, 0, *picture.size)).getcolors(1 << 24) or [], reverse=True)
    # The paper first, then the two inks: smoothed edges are spread over many rarer colours.
    paper, *inks = (cast(RGB, found) for _, found in colors[:3])
    assert len(inks) == 2
    assert all(contrast(ink, paper) >= TEXT_CONTRAST for ink in inks)
