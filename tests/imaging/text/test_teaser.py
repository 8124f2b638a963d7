"""Summaries without what a blog's software puts at their end."""

import pytest

from imaging.text.teaser import teaser


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Ein Satz. […] The post Sauerteig appeared first on Brotblog.", "Ein Satz."),
        ("Der Teig lebt, wie [&] […] Der Beitrag Sauerteig erschien zuerst auf Brotblog.", "Der Teig lebt, wie [&]…"),
        ("Une phrase. L’article Sauerteig est apparu en premier sur Blog.", "Une phrase."),
        ("Una frase. La entrada Sauerteig se publicó primero en Blog.", "Una frase."),
        ("Ein Satz [...] Artikkel Sauerteig ilmus esmalt blogis.", "Ein Satz…"),
        ("Ein Satz. Weiterlesen →", "Ein Satz."),
        ("Ein Satz Weiterlesen Sauerteig »", "Ein Satz"),
        ("Une phrase… Lire la suite", "Une phrase…"),
        ("A sentence. Continue reading “Sauerteig”", "A sentence."),
        ("Una frase. Leer más...", "Una frase."),
        ("Ein Satz. (mehr…)", "Ein Satz."),
        ("続く。続きを読む", "続く。"),
        ("Wir wollen weiterlesen.", "Wir wollen weiterlesen."),
        ("Read more books this year.", "Read more books this year."),
        ("Er sagt: „Das ist […] es.“ Und geht.", "Er sagt: „Das ist […] es.“ Und geht."),
        ("The post office appeared on time.", "The post office appeared on time."),
    ],
)
def test_what_leads_on_is_cut_and_words_stay(said: str, words: str) -> None:
    """In many languages, in any order; a cut within a sentence shows; a second look changes nothing."""
    assert teaser(said, "Sauerteig") == words
    assert teaser(words, "Sauerteig") == words


@pytest.mark.parametrize("unit", ["The post a ", "Weiterlesen ", "[…] ", "(mehr", " "])
def test_any_summary_is_read_in_bounded_time(unit: str) -> None:
    """A summary of 20,000 characters, the most that is looked at, takes no time that grows with its square."""
    teaser(unit * (20_000 // len(unit)), "x")
