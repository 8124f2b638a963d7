"""Fonts, fallbacks and directions, character by character."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.typesetting import bidi
from imaging.typesetting.breaks import breaks
from imaging.typesetting.clusters import clusters
from imaging.typesetting.fonts import STACK, TITLE_WEIGHT, covered, load
from imaging.typesetting.ink import advance
from imaging.typesetting.paragraph import Run, paragraph
from tests import ROOT


def faces(text: str) -> set[str]:
    return {c.face.name for c in paragraph(text).clusters}


def shown(text: str) -> str:
    return "".join(c.text for c in paragraph(text).clusters)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe, naïve, İstanbul, źdźbło", {"Manrope"}),
        ("Καλημέρα κόσμε", {"Manrope"}),
        ("Їжак і ґанок", {"Manrope"}),
        ("Қазақ тілі", {"NotoSans"}),
        ("مرحبا بالعالم", {"NotoSansArabic"}),
        ("שלום", {"NotoSansHebrew"}),
        ("नमस्ते दुनिया", {"NotoSansDevanagari"}),
        ("สวัสดีชาวโลก", {"NotoSansThai"}),
        ("日本語、中文。한국어", {"NotoSansCJK"}),
        ("PyTorchで学ぶ", {"Manrope", "NotoSansCJK"}),
        ("Go 🚀", {"Manrope", "NotoColorEmoji"}),
    ],
)
def test_each_script_has_its_font(text: str, expected: set[str]) -> None:
    """A text is set in the fonts of its scripts, and one script never in two."""
    assert faces(text) == expected


def test_signs_follow_the_letters_they_touch() -> None:
    """The plus signs of C++ are Manrope's also in a Japanese title."""
    found = {c.text: c.face.name for c in paragraph("やさしいC++入門").clusters}
    assert found["+"] == found["C"] == "Manrope"


def test_what_no_font_has_is_left_out() -> None:
    """Tangut leaves no box and no double space behind, and is counted."""
    assert shown("Clay 𗀀𗀁 tablets 𗀀") == "Clay tablets"
    assert paragraph("Clay 𗀀𗀁 tablets 𗀀").lost == ("𗀀", "𗀁", "𗀀")
    assert paragraph("𗀀").lost == ("𗀀",)
    assert paragraph("Glass\u2063 of milk, ünïcode, 日本, ☕").lost == ()


@pytest.mark.parametrize(
    "title",
    [
        "བོད་ཀྱི་ཇ་",
        "ދިވެހި",
        "ᐃᓄᒃᑎᑐᑦ",
        "ꦧꦱꦗꦮ",
        "ⴰⵎⴰⵣⵉⵖ: Tamazight",
        "ᏣᎳᎩ",
        "ᬩᬮᬶ",
        "ᱥᱟᱱᱛᱟᱲᱤ",
        "ߒߞߏ",
        "ᠮᠣᠩᠭᠣᠯ",
        "ꆈꌠꉙ",
        "ܣܘܪܝܝܐ",
    ],
)
def test_scripts_with_few_readers_have_a_font(title: str) -> None:
    """Tibetan, Thaana, Inuktitut, Javanese and others are drawn whole, in a font that has all their letters."""
    made = paragraph(title)
    assert "".join(c.text for c in made.clusters) == title
    assert (made.lost, bool(made.rare_faces)) == ((), True)


def test_tibetan_breaks_behind_its_syllables() -> None:
    """A long Tibetan title has no spaces: its lines end behind a tsheg, and none begins with one."""
    text = "བོད་ཀྱི་ཇ་སྲུབ་སྟངས"
    ends = [place.at for place in breaks(paragraph(text)) if not place.inner]
    chars = [c.text for c in paragraph(text).clusters]
    assert [chars[end - 1] for end in ends[:-1]] == ["་"] * 4


def test_letters_in_disguise_become_letters() -> None:
    """Bold mathematical letters, loved on LinkedIn, are drawn as the letters they stand for."""
    assert shown("𝗕𝗼𝗹𝗱") == "Bold"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_no_character_is_given_a_font_without_it(text: str) -> None:
    """Every character that is drawn has a glyph in its font's cmap, unless it has no shape at all."""
    for cluster in paragraph(text).clusters:
        bare = [c for c in cluster.text if unicodedata.category(c) not in {"Cf", "Zs"}]
        assert all(ord(c) in covered(cluster.face) for c in bare)


@pytest.mark.parametrize("face", STACK, ids=lambda face: face.name)
def test_every_font_loads_from_its_package(face: object) -> None:
    """Each font of the stack is there, in a heavy and a lighter weight, and has a space."""
    found = next(f for f in STACK if f is face)
    assert load(found, TITLE_WEIGHT, 40).getlength(" ") > 0
    assert load(found, 500, 40).getlength(" ") > 0


@pytest.mark.parametrize("emoji", ["👍🏽", "👨‍👩‍👧", "🇩🇪", "❤️", "1️⃣"])
def test_an_emoji_of_several_code_points_is_one_picture(emoji: str) -> None:
    """Skin tones, families, flags and keycaps are one cluster, drawn as wide as one emoji."""
    (cluster,) = paragraph(emoji).clusters
    one = advance(Run("😀", cluster.face, 0), TITLE_WEIGHT, 100, None)
    assert advance(Run(cluster.text, cluster.face, 0), TITLE_WEIGHT, 100, None) == pytest.approx(one, rel=0.1)


def test_clusters_keep_letters_and_marks_together() -> None:
    """Marks, viramas, and Thai vowels stay with their consonant; nothing is lost."""
    assert clusters("e\u0301a") == ["e\u0301", "a"]
    assert clusters("क्षमा") == ["क्ष", "मा"]
    assert clusters("เก่า") == ["เก่า"]


@pytest.mark.parametrize(
    ("text", "rtl"), [("Hello", False), ("שלום", True), ("iPhone החדש כבר כאן היום", True), ("123", False), ("", False)]
)
def test_direction_is_that_of_most_letters(text: str, rtl: bool) -> None:
    """A Hebrew title runs right to left also when it starts with a Latin name."""
    assert paragraph(text).rtl is rtl


@pytest.mark.parametrize(
    ("text", "language", "rtl"),
    [("לימוד React.js ו-Node.js", "he", True), ("לימוד React.js ו-Node.js", "en", False), ("React.js", "he", False)],
)
def test_in_a_language_from_right_to_left_names_do_not_turn_a_title(text: str, language: str, rtl: bool) -> None:
    """In a Hebrew article a title runs right to left whatever it names, unless it is all Latin."""
    assert paragraph(text, language).rtl is rtl


@pytest.mark.parametrize(
    ("text", "rtl", "expected"),
    [
        ("אב ab 12", True, "11122222"),
        ("אב (גד)", True, "1111111"),
        ("ab אב cd", False, "00011000"),
        ("ב-2024.", True, "1122221"),
        ("a 1,5 אב 1,5", False, "000000111222"),
        ("א Pro (20) ב", True, "112222222211"),
        ("א (Pro) ב [ג Pro]", True, "11122211111112221"),
        ("a (אב) b)", False, "000110000"),
        ("a [(אב] ג", False, "000011001"),
    ],
)
def test_levels_are_those_of_uax_9(text: str, rtl: bool, expected: str) -> None:
    """Letters, numbers and neutrals get the levels of the Unicode bidirectional algorithm."""
    assert "".join(map(str, bidi.levels(text, rtl))) == expected


def test_runs_are_met_in_visual_order() -> None:
    """In a Hebrew line the first run is drawn last, and Latin words keep their own order."""
    runs = paragraph("שלום iPhone 15 עולם").runs(0, 19)
    drawn = [run.text.strip() for run in bidi.visual_order(runs)]
    assert [text for text in drawn if text] == ["עולם", "iPhone 15", "שלום"]


def test_without_the_coloured_font_emoji_are_drawn_in_outline() -> None:
    """On a machine that the font's package has no wheel for, another font has them: no box, no error."""
    code = (
        "import sys; sys.modules['dynamic_font'] = None\n"
        "from imaging.typesetting.paragraph import paragraph\n"
        "print(*{c.face.name for c in paragraph('\N{ROCKET}').clusters})"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["NotoEmoji"]
