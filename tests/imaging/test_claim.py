"""Claims: which article owns a slug."""

import unicodedata

import pytest

from imaging.article import Article
from imaging.claim import Claim


@pytest.mark.parametrize(
    ("owner", "comer", "own"),
    [
        ({"topic": "C Grundlagen"}, {"topic": "C Grundlagen"}, True),
        ({"topic": "C Grundlagen"}, {"topic": "C++ Grundlagen"}, False),
        ({"topic": "Tee", "article_id": "1"}, {"topic": "Tee", "article_id": "1"}, True),
        ({"topic": "Tee", "article_id": "1"}, {"topic": "Tee!", "article_id": "1"}, True),
        ({"topic": "Tee", "article_id": "1"}, {"topic": "Tee", "article_id": "2"}, False),
        ({"topic": "Tee"}, {"topic": "Tee", "article_id": "1"}, True),
        ({"topic": "Tee", "article_id": "1"}, {"topic": "Tee"}, True),
        ({"topic": "Tee", "article_id": "1"}, {"topic": "Tee!"}, False),
        ({"topic": "Tee"}, {"topic": "Kaffee", "slug": "tee"}, False),
        ({"topic": "Tee", "article_id": "1"}, {"topic": "Kaffee", "slug": "tee", "article_id": "2"}, False),
    ],
)
def test_the_id_decides_and_else_the_topic(owner: dict[str, str], comer: dict[str, str], own: bool) -> None:
    """Two ids are compared, without two the topics are; a chosen slug changes nothing in that."""
    assert Claim.of(Article(**owner)).is_of(Article(**comer)) is own


def test_another_spelling_of_the_same_letters_is_the_same_article() -> None:
    """An editor that decomposes umlauts does not lose the article's folder."""
    composed, decomposed = (Article(topic=unicodedata.normalize(form, "Käse")) for form in ("NFC", "NFD"))
    assert Claim.of(composed).is_of(decomposed)


def test_a_claim_survives_json() -> None:
    """What was noted in the bucket is what is read from it."""
    claim = Claim.of(Article(topic="Käse", article_id="7"))
    assert Claim.model_validate_json(claim.model_dump_json()) == claim


def test_an_old_claim_knows_a_topic_that_is_read_better_now() -> None:
    """A claim from before entities were resolved is that of the same article."""
    old = Claim.model_validate({"topic": "Baker&#8217;s Notes &amp; \u202eTips"})
    assert old.is_of(Article(topic="Baker&#8217;s Notes &amp; \u202eTips"))
