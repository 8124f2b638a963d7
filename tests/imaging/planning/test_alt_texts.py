"""Alternative texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.articles.article import Article
from imaging.planning.alt_texts import MAX_ALT_TEXT, alt_text
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner

WORDY = st.text(min_size=1, max_size=300).filter(lambda text: any(sign.isalnum() for sign in text))
HEADING = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=300)


def alt_texts(article: Article) -> list[str]:
    return [spec.alt_text for spec in Planner(article, "s", ModelTable(), ()).specs()]


@given(
    WORDY,
    st.lists(HEADING, min_size=6, max_size=8),
    st.sampled_from(["de", "en", "ja", "ar", "fi", "he", "th", "ko", "mt"]),
)
def test_alternative_texts_are_short_and_all_different(topic: str, headings: list[str], language: str) -> None:
    """Every picture of an article has an alternative text of its own of 1 to 125 characters."""
    body = "\n\n".join(f"## {heading}" for heading in headings)
    texts = alt_texts(Article(topic=topic, body=body, language=language))
    assert len(set(texts)) == len(texts)
    assert all(0 < len(text) <= MAX_ALT_TEXT for text in texts)


def test_long_topics_and_sections_leave_what_tells_pictures_apart() -> None:
    """With everything too long, the aspect's beginning, the model and the platform are still there."""
    start = "Der lange Titel eines Abschnitts, der nicht enden will und weiter erzählt wird"
    body = "\n\n".join(f"## {start}, Teil {number}" for number in range(6))
    texts = alt_texts(Article(topic="Wort " * 60, body=body))
    assert len(set(texts)) == len(texts) == 9
    assert texts[1].startswith("Bild zum Abschnitt „Der lange Titel eines Abschnitts")
    assert "juggernautxl" in texts[3]
    assert "TikTok" in texts[-1]


@pytest.mark.parametrize(
    ("language", "hero", "instagram"),
    [
        ("de", "Titelbild zum Artikel „Tee“", "Bild für Instagram zum Artikel „Tee“"),
        ("en", "Title picture of the article “Tee”", "Picture for Instagram, article “Tee”"),
        ("ja", "記事「Tee」のメイン画像", "Instagram用の画像：記事「Tee」"),
        ("el", "Κύρια εικόνα του άρθρου «Tee»", "Εικόνα για Instagram, άρθρο «Tee»"),
        ("nb", "Hovedbilde til artikkelen «Tee»", "Bilde for Instagram til artikkelen «Tee»"),
        ("mt", "Tee", "Tee (Instagram)"),
    ],
)
def test_alternative_texts_speak_the_articles_language(language: str, hero: str, instagram: str) -> None:
    """Many languages have sentences, the others the article's own words."""
    texts = alt_texts(Article(topic="Tee", language=language))
    assert texts[0] == hero
    assert texts[-2] == instagram


@pytest.mark.parametrize("language", ["sv", "da", "no", "fi", "cs", "uk", "el", "he", "hi", "th", "ko"])
def test_every_sentence_says_what_its_picture_is_for(language: str) -> None:
    """In each language the sentences are five different ones that leave no placeholder, and name what they must."""
    body = "\n\n".join(f"## Teil {number}" for number in range(4))
    texts = alt_texts(Article(topic="Tee", body=body, language=language))
    assert not [text for text in texts if "{" in text or "Tee" not in text or text == "Tee"]
    assert "Teil 0" in texts[1]
    assert "juggernautxl" in texts[2]
    assert "LinkedIn" in texts[4]
    assert "TikTok" in texts[-1]


def test_braces_in_a_topic_are_text() -> None:
    """A topic that looks like a placeholder is not filled in."""
    assert alt_text("en", "card", "{platform} {0} {x", platform="{topic}") == (
        "Preview card for {topic}: {platform} {0} {x"
    )
