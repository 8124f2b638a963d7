"""Slugs: never empty, always ASCII, the same for what looks the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from imaging.article import Article
from imaging.slug import MAX_LENGTH, SLUG, candidates, short_hash, slugify

WORDS = st.lists(st.text("abcdefghij0123456789", min_size=1, max_size=30), min_size=1, max_size=12)


@given(st.text(max_size=400))
def test_any_text_becomes_a_slug_of_the_right_shape(topic: str) -> None:
    """A slug is a-z, 0-9 and single hyphens between them, 1 to 80 characters, whatever it was made from."""
    slug = slugify(topic)
    assert SLUG.fullmatch(slug)
    assert 1 <= len(slug) <= MAX_LENGTH


@given(st.text(max_size=400))
def test_a_slug_is_its_own_slug(topic: str) -> None:
    """Making a slug of a slug changes nothing."""
    assert slugify(slugify(topic)) == slugify(topic)


@given(st.text(max_size=200))
def test_composed_and_decomposed_spellings_are_one_topic(topic: str) -> None:
    """NFC and NFD of one topic have one slug and make one article."""
    composed, decomposed = (unicodedata.normalize(form, topic) for form in ("NFC", "NFD"))
    assert slugify(composed) == slugify(decomposed)
    assert Article(topic=f"x {composed}") == Article(topic=f"x {decomposed}")


@given(WORDS)
def test_a_long_topic_is_cut_between_words(words: list[str]) -> None:
    """What is left of a topic that is too long are whole words from its beginning."""
    kept = slugify(" ".join(words)).split("-")
    assert kept == words[: len(kept)]


@pytest.mark.parametrize(
    ("topic", "slug"),
    [
        ("Laktoseintoleranz und Laktase", "laktoseintoleranz-und-laktase"),
        ("Käse, Öl und Übung: groß!", "kaese-oel-und-uebung-gross"),
        ("ÄRZTE GRÖẞE", "aerzte-groesse"),
        ("Crème brûlée à la façon d'Émile", "creme-brulee-a-la-facon-d-emile"),
        ("  --- Viele   Striche --- ", "viele-striche"),
        ("C++ Grundlagen", "c-grundlagen"),
        ("C Grundlagen", "c-grundlagen"),
        ("Kaffee ☕ und Kuchen 🍰!", "kaffee-und-kuchen"),
        ("发酵", "fa-xiao"),
        ("Привет, мир", "privet-mir"),
    ],
)
def test_topics_in_many_scripts_have_readable_slugs(topic: str, slug: str) -> None:
    """German letters are spelt out, accents dropped, other scripts transliterated, signs and emoji gone."""
    assert slugify(topic) == slug


@pytest.mark.parametrize("topic", ["発酵食品と食卓", "حكاية القهوة", "Ελληνικός", "한국 커피", "กาแฟไทย", "קפה"])
def test_a_topic_in_letters_never_falls_back_to_a_hash(topic: str) -> None:
    """Every script in use has an ASCII form of its own."""
    assert not slugify(topic).startswith("article-")


def test_topics_without_an_ascii_form_stay_apart() -> None:
    """A topic of emoji alone gets a name made from its hash, always the same one and another for another topic."""
    assert slugify("🍰") == f"article-{short_hash('🍰')}"
    assert slugify("🍰") != slugify("☕️🎉")


def test_one_very_long_word_is_cut_where_it_stands() -> None:
    """A word of more than 80 characters leaves 80 of them."""
    assert slugify("a" * 200) == "a" * MAX_LENGTH


@given(st.text(max_size=400), st.text(min_size=1, max_size=50), st.none() | st.text(min_size=1, max_size=50))
def test_every_candidate_is_a_slug(topic: str, identity: str, other: str | None) -> None:
    """The plain slug comes first, one for each known identity follows, and all of them are slugs."""
    names = candidates(slugify(topic), identity, other)
    assert names[0] == slugify(topic)
    assert len(names) == 2 + (other is not None)
    assert all(SLUG.fullmatch(name) and len(name) <= MAX_LENGTH for name in names)


def test_topics_that_share_a_slug_differ_in_their_second_name() -> None:
    """The second comer finds a name that only its own topic leads to, and finds the same one again."""
    slug = slugify("C++ Grundlagen")
    assert candidates(slug, "C++ Grundlagen") == [slug, f"c-grundlagen-{short_hash('C++ Grundlagen')}"]
    assert candidates(slug, "C++ Grundlagen")[1] != candidates(slug, "C Grundlagen")[1]


def test_no_article_lives_among_the_logos() -> None:
    """An article on branding does not get the folder of the tenant's brand assets, and none may choose it."""
    assert candidates(slugify("Branding"), "Branding") == [f"branding-{short_hash('Branding')}"]
    with pytest.raises(ValidationError, match="logos"):
        Article(topic="Marken", slug="branding")
