"""Slugs: never empty, always ASCII, the same for what looks the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from imaging.articles.article import Article
from imaging.slug import MAX_LENGTH, SLUG, candidates, short_hash, slugify, spellings

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


@pytest.mark.parametrize(
    ("topic", "slug"),
    [
        ("Das 1,5-Grad-Ziel", "das-1-5-grad-ziel"),
        ("3,14 und Pi", "3-14-und-pi"),
        ("Python 3.13.1", "python-3-13-1"),
        ("1’000 Franken, 1'000 Franken", "1-000-franken-1-000-franken"),
        ("10,000 steps", "10-000-steps"),
        ("Mit 2:1 gewonnen, 24/7 offen", "mit-2-1-gewonnen-24-7-offen"),
        ("AT&T, R&amp;D", "at-t-r-d"),
        ("価格は３，１４です", slugify("価格は3.14です")),
        ("٣٫١٤", "3-14"),
    ],
)
def test_numbers_stay_readable(topic: str, slug: str) -> None:
    """Whatever mark stands between two digits or letters, it parts them: it is never dropped."""
    assert slugify(topic) == slug


@pytest.mark.parametrize("apostrophe", "'’‘ʼ`´′＇ʻ")
def test_every_apostrophe_is_the_same(apostrophe: str) -> None:
    """However an editor writes the apostrophe, the topic has one slug."""
    assert slugify(f"L{apostrophe}été d{apostrophe}Élise", "fr") == "l-ete-d-elise"
    assert slugify(f"Don{apostrophe}t", "en") == "don-t"


@pytest.mark.parametrize(
    ("language", "topic", "slug"),
    [
        ("de", "Öl für Größe", "oel-fuer-groesse"),
        ("tr", "Ölçüm ve İğne ışığı", "olcum-ve-igne-isigi"),
        ("fi", "Yö Äänekoskella", "yo-aanekoskella"),
        ("sv", "Smörgåsbord på Åland", "smorgasbord-pa-aland"),
        ("hu", "Őszi tökfőzelék", "oszi-tokfozelek"),
        ("et", "Õhtu öö ääres", "ohtu-oo-aares"),
        ("is", "Þjóð ö æ", "thjod-o-ae"),
        ("da", "Rødgrød på Ærø", "roedgroed-paa-aeroe"),
        ("nb", "Blåbær og øl", "blaabaer-og-oel"),
        ("en", "Motörhead naïve", "motorhead-naive"),
        ("az", "Əlifba", "elifba"),
        ("hr", "Đakovo", "djakovo"),
        ("ca", "Col·legi", "collegi"),
    ],
)
def test_letters_are_spelled_as_the_language_does(language: str, topic: str, slug: str) -> None:
    """`ö` is `oe` in German and `o` in Swedish: what ASCII lacks is spelled as readers of the language expect."""
    assert slugify(topic, language) == slug


# What version 0.1 made of topics; folders in buckets have these names. Never to be changed.
OLD_SLUGS = [
    ("de", "Das 1,5-Grad-Ziel", "das-15-grad-ziel"),
    ("de", "3,14 und Pi", "314-und-pi"),
    ("fr", "L’été d’Élise", "lete-delise"),
    ("en", "Don’t panic", "dont-panic"),
    ("de", "1’000 Franken", "1000-franken"),
    ("tr", "Ölçüm", "oelcuem"),
    ("sv", "Ön", "oen"),
    ("da", "Rødgrød på Ærø", "rodgrod-pa-aero"),
    ("ca", "Col·legi", "col-legi"),
    ("ja", "日本語", "ri-ben-yu"),
    ("de", "Käse, Öl & Übung: groß!", "kaese-oel-uebung-gross"),
    ("de", "🍰", "article-6284f965"),
]


@pytest.mark.parametrize(("language", "topic", "old"), OLD_SLUGS)
def test_the_slugs_of_earlier_versions_are_looked_for(language: str, topic: str, old: str) -> None:
    """Where a topic has another slug by now, the one that its folder may have is still among its spellings."""
    assert old in spellings(topic, language)
    assert spellings(topic, language)[0] == slugify(topic, language)


@pytest.mark.parametrize(("was", "now"), [("sv", "de"), ("de", "sv"), ("da", "en"), ("en", "da"), ("de", "tr")])
def test_a_corrected_language_leads_to_the_same_folder(was: str, now: str) -> None:
    """A slug that another language made is looked for as well."""
    assert slugify("Över Ørsted", was) in spellings("Över Ørsted", now)


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
