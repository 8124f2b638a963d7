"""Claims: which article owns a slug."""

import unicodedata

import pytest

from imaging.articles.article import Article
from imaging.articles.claim import Claim
from imaging.articles.files.documents import read_from


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


ITEM = {"topic": "Tee", "body": "Ein Text mit https://blog.example/bild.png darin."}


def item(article_id: str | None, url: str = "", **fields: str) -> Article:
    origin = {"source": "https://blog.example/feed.xml", "url": url}
    return Article.model_validate({**ITEM, **fields, "article_id": article_id, "origin": origin})


OWNER = item("g1", "http://www.blog.example/tee/")


@pytest.mark.parametrize(
    ("comer", "own"),
    [
        (item("g2", "https://blog.example/tee?utm_source=rss"), True),
        (item("g2", "https://blog.example/tee", topic="Tee!"), True),
        (item("g2", "https://blog.example/tee", body="Ganz anders."), True),
        (item("g2", "https://neu.example/2026/tee"), True),
        (item("g2"), True),
        (item(None), True),
        (item("g1", "https://neu.example/x", topic="Kaffee", body="Ganz anders."), True),
        (item("g2", body=ITEM["body"].replace("https", "http")), True),
        (item("g2", "https://blog.example/kaffee", body="Ganz anders."), False),
        (item("g2", "https://blog.example/tee", topic="Kaffee", body="Ganz anders."), False),
        (item("g2", topic="Kaffee"), False),
        (item("g2", body=""), False),
    ],
)
def test_a_feeds_item_is_recognised_by_two_of_address_title_and_text(comer: Article, own: bool) -> None:
    """A guid that is another at each fetch makes no other article of an item, and neither does a moved site."""
    assert Claim.of(OWNER).is_of(comer) is own


def test_an_address_that_is_the_id_may_be_written_otherwise() -> None:
    """Claims of earlier versions, which know the id alone, are recognised when the links of a feed move to https."""
    old = Claim.model_validate_json('{"article_id":"http://www.blog.example/tee/","topic":"Tee"}')
    assert old.is_of(item("https://blog.example/tee#comments", "https://blog.example/tee"))
    assert not old.is_of(item("https://blog.example/kaffee", "https://blog.example/kaffee"))


def test_a_copy_of_a_file_is_no_other_article() -> None:
    """A file that is given alone, of the same title and words as another that is there, shares its folder."""
    first, copy = (read_from(Article(**ITEM), "", f"/export/{day}/tee.md") for day in ("27", "28"))
    assert Claim.of(first).is_of(copy, lambda _path: True)
    changed = copy.model_copy(update={"body": "Ganz anders."})
    assert not Claim.of(first).is_of(changed, lambda _path: True)
    assert Claim.of(first).is_of(changed, lambda _path: False)
    in_a_source = read_from(copy, "/export", "28/tee.md")
    assert not Claim.of(read_from(first, "/export", "27/tee.md")).is_of(in_a_source, lambda _path: True)


def test_the_ids_of_a_cms_are_taken_at_their_word() -> None:
    """Two articles with ids of their own are two, though title and text are the same."""
    first, second = (Article(article_id=article_id, **ITEM) for article_id in "12")
    assert not Claim.of(first).is_of(second)


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


@pytest.mark.parametrize(
    ("changes", "own"),
    [({"topic": "Tee!"}, True), ({"body": "Ganz anders."}, True), ({"topic": "Kaffee", "body": "Ganz anders."}, False)],
)
def test_a_file_with_another_title_and_text_is_another_article(changes: dict[str, str], own: bool) -> None:
    """Either may be corrected; where both are new, the file was used again for something else."""
    origin = {"source": "/srv/posts", "path": "tee.md"}
    owner = Article.model_validate({**ITEM, "origin": origin})
    assert Claim.of(owner).is_of(owner.model_copy(update=changes)) is own
