"""Articles: what is read from Markdown and JSON, and what is said about bad ones."""

from typing import Any

import pytest

from imaging.articles.article import Article
from imaging.articles.files.parsing import article_from
from imaging.errors import InvalidInput

SECRET = "r8_Hunter2Hunter2"


def complaint(fields: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        article_from(fields)
    return str(caught.value)


def test_a_topic_is_one_trimmed_line() -> None:
    """White space and control characters inside a topic become single blanks."""
    assert Article(topic="  Tee\n\tund\u2028Kaffee\x00\x9b ").topic == "Tee und Kaffee"


def test_no_field_holds_a_nul() -> None:
    """A database that holds no NUL takes the run all the same."""
    assert Article(topic="Tee", body="a\0b", excerpt="\0c") == Article(topic="Tee", body="a b", excerpt=" c")


def test_limits_are_those_of_the_contract() -> None:
    """300 characters of topic and 64 of tenant are accepted, after trimming."""
    assert len(Article(topic=" " + "x" * 300 + "\n").topic) == 300
    assert Article(topic="x", user_id="a" + "_" * 63).language == "de"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "topic"),
        ({"topic": ""}, "topic"),
        ({"topic": " \n\t "}, "topic"),
        ({"topic": "\u200b\u2060"}, "topic"),
        ({"topic": "x" * 301}, "topic"),
        ({"topic": 5}, "topic"),
        ({"topic": None}, "topic"),
        ({"topic": "x", "titel": "y"}, "titel"),
        ({"topic": "x", "user_id": "../x"}, "user_id"),
        ({"topic": "x", "user_id": ""}, "user_id"),
        ({"topic": "x", "user_id": "Ab"}, "user_id"),
        ({"topic": "x", "user_id": "_a"}, "user_id"),
        ({"topic": "x", "user_id": "a\n"}, "user_id"),
        ({"topic": "x", "user_id": "a" * 65}, "user_id"),
        ({"topic": "x", "language": "deu"}, "language"),
        ({"topic": "x", "language": "DE"}, "language"),
        ({"topic": "x", "language": "de\n"}, "language"),
        ({"topic": "x", "slug": ""}, "slug"),
        ({"topic": "x", "slug": "a--b"}, "slug"),
        ({"topic": "x", "slug": "a/b"}, "slug"),
        ({"topic": "x", "slug": "a" * 81}, "slug"),
        ({"topic": "x", "article_id": ""}, "article_id"),
        ({"topic": "x", "article_id": True}, "article_id"),
        ({"topic": "x", "article_id": 4.5}, "article_id"),
        ({"topic": "x", "article_id": 10**200}, "article_id"),
        ({"topic": "x", "article_id": "a\nINFO paid"}, "article_id"),
        ({"topic": "x", "article_id": "a\x1b]52;c;eA==\x07"}, "article_id"),
        ({"topic": "x", "article_id": "a\u202eb"}, "article_id"),
        ({"topic": "x", "brand": {"logo": "https://example.com/a\n.png"}}, "brand.logo"),
        ({"topic": "x", "brand": {"logo": "https://example.com/\x9b.png"}}, "brand.logo"),
        ({"topic": "x", "brand": {"logo": "https://example.com/" + "x" * 2000}}, "brand.logo"),
        ({"topic": "x", "excerpt": "x" * 2001}, "excerpt"),
        ({"topic": "x", "body": "x" * 2_000_001}, "body"),
        ({"topic": "x", "body": "ä" * 80_001}, "body"),  # six bytes each, as Prefect counts them
        ({"topic": "x", "body": None}, "body"),
        ({"topic": "x", "brand": {"color": "red"}}, "brand.color"),
        ({"topic": "x", "brand": {"color": "#12345"}}, "brand.color"),
        ({"topic": "x", "brand": {"color": "#1234567"}}, "brand.color"),
        ({"topic": "x", "brand": {"logo": "../logo.png"}}, "brand.logo"),
        ({"topic": "x", "brand": {"logo": "/logo.png"}}, "brand.logo"),
        ({"topic": "x", "brand": {"logo": "ftp://x/logo.png"}}, "brand.logo"),
        ({"topic": "x", "brand": {"template": "loud"}}, "brand.template"),
        ({"topic": "x", "brand": {"colour": "#123456"}}, "brand.colour"),
        ({"topic": "x", "brand": "red"}, "brand"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], field: str) -> None:
    """One line says which field is wrong, and nothing of Python's inner life."""
    message = complaint(fields)
    assert message.startswith(f"{field}: ")
    assert "\n" not in message
    assert "Traceback" not in message
    assert "pydantic" not in message


def test_every_wrong_field_is_named_at_once() -> None:
    """An author who made three mistakes reads of three."""
    message = complaint({"topic": "", "language": "x", "brand": {"color": "x"}})
    assert [part.partition(":")[0] for part in message.split("; ")] == ["topic", "language", "brand.color"]


@pytest.mark.parametrize("field", ["topic", "user_id", "language", "slug", "article_id", "excerpt", "body", "brand"])
def test_a_value_is_never_repeated(field: str) -> None:
    """A secret that was put into a wrong place does not come back in the message, in any spelling."""
    wrong = {"topic": "x", field: [SECRET]}
    texts = [complaint(wrong)]
    if field in {"user_id", "language", "slug", "brand"}:
        texts.append(complaint({"topic": "x", field: SECRET}))
    texts += [complaint({"topic": "x", "brand": {name: SECRET + " "}}) for name in ("color", "logo", "template")]
    assert not any("hunter2" in text.lower() for text in texts)


def test_a_hostile_field_name_cannot_steer_a_terminal() -> None:
    """An unknown field is named in part, without line ends and escape codes."""
    for name in ("\x1b[31m\nnope" + "x" * 10_000, "nope\u202e", "nope\u200b"):
        message = complaint({"topic": "x", name: 1})
        assert message.isprintable()
        assert "nope" in message
        assert len(message) < 200
        assert "nope" in complaint({"topic": "x", "brand": {name: 1}})
    assert len(complaint({"topic": "x"} | {f"n{number}": 1 for number in range(100_000)})) < 200


def test_the_title_is_without_what_only_a_generator_resolves() -> None:
    """Prompts, cards and alternative texts have words alone; the topic, which names the folder, stays as written."""
    article = Article(topic=":coffee: Kaffee [[Röstung|rösten]] bei $T=200$ {#kaffee}")
    assert article.title == "Kaffee rösten bei"
    assert article.topic.startswith(":coffee:")
    assert Article(topic="C++ <vector>, $5 und $6, {{ x }}, a_b").title == "C++ <vector>, $5 und $6, {{ x }}, a_b"


def test_signs_that_turn_the_direction_are_taken_out_everywhere() -> None:
    """Topic, excerpt and body lose them; marks that right-to-left scripts need stay."""
    article = Article(topic="Rechnung \u202egnp.exe", excerpt="a\u2066b\u2069", body="## X\u202dY\u200f")
    assert (article.topic, article.excerpt, article.body) == ("Rechnung gnp.exe", "ab", "## XY\u200f")


def test_null_counts_as_absent_where_that_loses_nothing() -> None:
    """Content systems write null for what is empty: the default holds, as where the field is not there."""
    names = ("excerpt", "language", "article_id", "slug", "brand", "origin")
    article = Article.model_validate({"topic": "Milch", **dict.fromkeys(names)})
    assert article == Article(topic="Milch")
    assert "language" not in article.model_fields_set  # so the tenant's holds
    for name in ("topic", "user_id", "body"):
        assert complaint({"topic": "Milch", name: None}).startswith(f"{name}: ")
