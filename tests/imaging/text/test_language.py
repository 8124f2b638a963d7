"""The language of a text: found where it is certain, and not guessed where it is not."""

import pytest

from imaging.text.language import language_of
from tests import ROOT

POSTS = ROOT / "tests" / "posts"
GERMAN = "Wer umzieht, merkt es am ersten Morgen: derselbe Kaffee schmeckt auf einmal ganz anders als gestern. "
ENGLISH = "The brightest lamp on the path is usually the worst one, and everybody who walks there knows it well. "


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Mending a zip in three minutes", "en"), ("Wie wir Platz #1 in Bayern wurden", "de"),
        ("Pourquoi un jour de plus ?", "fr"), ("Come conservare il caffè", "it"), ("Hoe bewaar je koffie", "nl"),
        ("Jak przechowywać kawę", "pl"), ("Så förvarar du kaffe rätt", "sv"), ("Kahvin säilytys", "fi"),
        ("Jak skladovat kávu", "cs"), ("Як зберігати каву", "uk"), ("Πώς να αποθηκεύσετε καφέ", "el"),
        ("איך לאחסן קפה", "he"), ("कॉफी कैसे रखें", "hi"), ("วิธีเก็บกาแฟ", "th"), ("커피 보관 방법", "ko"),
        ("コーヒーの保存方法", "ja"), ("Kahve nasıl saklanır", "tr"),
        ("Kubernetes 1.30", None), ("CSS Grid", None), ("Tee", None), ("Kaffee", None), ("2024", None), ("", None),
    ],
)  # fmt: skip
def test_a_title_alone_tells_its_language_or_nothing(title: str, language: str | None) -> None:
    """A sentence in a title is enough; names, numbers and single words are not."""
    assert language_of(title, "", "") == language


def test_posts_tell_their_language() -> None:
    """Front matter aside, each of the twenty posts is certain, in whichever of three languages it is."""
    german, french = {"kaffee-wasser.md", "Kräuter trocknen.md"}, {"2024-02-29-jour-bissextile.markdown"}
    for path in POSTS.rglob("*.m*"):
        text = path.read_text().split("---\n")[-1].split("+++\n")[-1]
        expected = "de" if path.name in german else "fr" if path.name in french else "en"
        assert language_of("", "", text) == expected, path.name


def test_a_mixed_text_tells_nothing_and_code_is_no_text() -> None:
    """Half German and half English is neither; German about English code is German."""
    assert language_of("", "", f"{GERMAN * 8}\n\n{ENGLISH * 8}") is None
    assert language_of("", "", f"{GERMAN * 8}\n\n```\n{ENGLISH * 20}\n```\n") == "de"
    assert language_of("", "", f"{GERMAN * 8}\n\n> {ENGLISH}") == "de"
