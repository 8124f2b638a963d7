"""Fonts of tenants: stripped when they come in, used on cards where they have the glyphs."""

from io import BytesIO

import pytest
from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from imaging.cards import Card, draw_card
from imaging.typesetting.fonts import MANROPE, path
from imaging.typesetting.own_font import accepted_font, own_face, plain_font
from imaging.typesetting.paragraph import paragraph

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz "


def font(letters: str, flavor: str | None = None) -> bytes:
    """A part of a real font, as TTF or WOFF2."""
    whole = TTFont(path(MANROPE))
    chosen = subset.Subsetter()
    chosen.populate(text=letters)
    chosen.subset(whole)
    whole.flavor = flavor
    with BytesIO() as out:
        whole.save(out)
        return out.getvalue()


@pytest.mark.parametrize("flavor", [None, "woff2"])
def test_a_font_is_unpacked_and_used_where_it_has_the_glyphs(flavor: str | None) -> None:
    """Letters of the font are set in it, others of the same text in a bundled one."""
    accepted = accepted_font(font(LETTERS, flavor))
    assert (accepted.extension, accepted.letters) == (".ttf", 52)
    assert plain_font(accepted.data) == accepted.data
    own = own_face(accepted.data)
    faces = {cluster.text: cluster.face for cluster in paragraph("Straße 12 日本", "", own).clusters}
    assert faces["S"] is own
    assert {faces["ß"].name, faces["1"].name} == {"Manrope"}
    assert faces["日"].name == "NotoSansCJK"


def test_a_font_without_most_letters_of_a_script_is_not_mixed_in() -> None:
    """Three letters of another font in a word would look broken: the bundled font sets all of it."""
    own = own_face(font("ABC"))
    assert {cluster.face.name for cluster in paragraph("ABsolutely", "", own).clusters} == {"Manrope"}


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a TTF, OTF or WOFF2"),
        (b"ttcf" + bytes(100), "one font of the collection"),
        (b"\0\1\0\0" + bytes(200), "cannot be read"),
        (b"wOF2" + b"\xff" * 200, "cannot be read"),
        (b"\0\1\0\0" + bytes(5_000_000), "at most 5,000,000 bytes"),
        (font("0123456789"), "has no letters"),
    ],
    ids=["svg", "collection", "zeros", "woff2", "large", "digits"],
)
def test_what_is_no_font_is_refused(data: bytes, cause: str) -> None:
    """Each is refused with the reason, and nothing crashes or hangs."""
    with pytest.raises(ValueError, match=cause):
        accepted_font(data)


def test_a_card_in_a_font_of_its_own_is_another_card() -> None:
    """The font is seen on the card, and the same font gives the same card."""
    serif = accepted_font(font(LETTERS)).data
    plain, own = Card("Title", font=None), Card("Title", font=serif)
    assert draw_card(own) == draw_card(Card("Title", font=bytes(bytearray(serif))))
    assert draw_card(own) != draw_card(plain) or own_face(serif).scale == 1.0
