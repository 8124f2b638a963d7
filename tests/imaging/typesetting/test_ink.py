"""No ink outside its box, measured on the drawn picture."""

from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imaging.cards import Card, draw_card
from imaging.cards.contrast import scheme_for
from tests.conftest import FEW

WHOLE, HALF = (1200, 630), (600, 315)
MARGIN, BAND = 80, 20  # the minimal template's, pixels at the whole size

TITLES = [
    "A",
    "Sleep better",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz " * 4,
    "https://example.com/" + "a-very-long-path/" * 12,
    "W" * 300,
    "fjord ÅÄÖ ŐŰ Ṻ gjpqy " * 14,
    "عشر عادات تحسّن نومك بهدوء كل يوم " * 6,
    "איך לישון טוב יותר עם iPhone 15 (ובלעדיו) " * 5,
    "睡眠の質を静かに高める十の習慣：科学が示す、今日からできること。" * 9,
    "悄悄改善睡眠的十个好习惯，科学告诉你该怎么做" * 3,
    "수면의 질을 조용히 높여 주는 열 가지 습관 " * 5,
    "สิบนิสัยที่ช่วยให้คุณนอนหลับได้ดีขึ้นอย่างเงียบๆ" * 5,
    "दस आदतें जो चुपचाप आपकी नींद सुधारती हैं " * 5,
    "Rocket 🚀 👍🏽 👨‍👩‍👧 🇩🇪 " * 10,
    "Z̸̡̢̛̗̘̙̜̝̞̟̠͇̊̋̌̍̎̏̐̑̒̓̔̕å̸̡̢̛̗̘̙̜̝̞̟̠͇̋̌̍̎̏̐̑̒̓̔̕lgo",
]


def stray_ink(card: Card) -> int:
    """The number of pixels of text outside the margins: what differs from the same card without words."""
    pixels = drawn(card)
    margin, band = (length * card.size[0] // WHOLE[0] for length in (MARGIN, BAND))
    # Scripts from the right have another ground; the one letter on it is in its box.
    grounds = [ground_of(replace(card, title=letter, excerpt="")) for letter in ("", "ا")]
    ground = min(grounds, key=lambda one: int((pixels != one).sum()))
    ink = (pixels != ground).any(axis=2)
    height, width = ink.shape
    band_is_left = (ground[:, :band] != np.array(scheme_for(card.color).paper)).any(axis=2).all()
    left, right = (band, 0) if band_is_left else (0, band)
    inside = np.zeros_like(ink)
    inside[margin : height - margin, left + margin : width - right - margin] = True
    assert ink.any(), "nothing was drawn"
    return int((ink & ~inside).sum())


def drawn(card: Card) -> "np.ndarray[Any, Any]":
    return np.asarray(Image.open(BytesIO(draw_card(card))).convert("RGB")).astype(np.int16)


ground_of = cache(drawn)


@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_no_title_leaves_its_box(title: str) -> None:
    """Whatever the script and the length, all ink of a card keeps to its margins."""
    assert stray_ink(Card(title[:300].strip(), title.strip(), "#0a7d5a")) == 0


@FEW
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=300), st.text(max_size=120))
def test_no_text_at_all_leaves_its_box(title: str, excerpt: str) -> None:
    """Any Unicode text is drawn inside the margins, or left out."""
    assert stray_ink(Card("x " + title, excerpt, size=HALF)) == 0
