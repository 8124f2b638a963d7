"""Articles as Markdown and JSON: what is read, and how it is said that something is none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.articles.files.parsing import parse_json, parse_markdown
from imaging.errors import InvalidInput
from tests.conftest import EXAMPLES

SECRET = "r8_Hunter2Hunter2"

YAML_LIKE = st.text(alphabet="abtopic:-[]{}&*!?|>'\"#%@`,~<\\ \n\t\r0159.é\u0301発\u200b", max_size=80)


def parsed(parse: Callable[[str], Article], text: str) -> Article | None:
    try:
        return parse(text)
    except InvalidInput:
        return None


def markdown(front_matter: str, body: str = "") -> Article:
    return parse_markdown(f"---\n{front_matter}\n---\n{body}")


def test_markdown_gives_fields_and_body() -> None:
    """The front matter holds the fields, the text below it is the body, rules inside it included."""
    article = markdown('topic: Käse\nlanguage: en\nbrand:\n  color: "#AABBCC"', "\n## One\n\n---\n\nText\n")
    assert article == Article(
        topic="Käse", language="en", brand=Brand(color="#aabbcc"), body="## One\n\n---\n\nText"
    )  # fmt: skip


def test_json_gives_the_same_article_as_markdown() -> None:
    """Both ways in lead to one value."""
    article = markdown("topic: Tee\nuser_id: bar\narticle_id: t-1", "## A")
    assert parse_json(article.model_dump_json()) == article


@pytest.mark.parametrize("start", ["\ufeff---\n", "--- \n", "---\r\n", "---\n\n\n"])
def test_markdown_from_any_editor_is_read(start: str) -> None:
    """A byte order mark, Windows line ends, trailing blanks and blank lines change nothing."""
    assert parse_markdown(f"{start}topic: Tee\r\n---\r\n## A\r\n") == Article(topic="Tee", body="## A")


def test_json_with_a_byte_order_mark_is_read() -> None:
    """A byte order mark before JSON is passed over as it is before Markdown."""
    assert parse_json('\ufeff{"topic": "Tee"}') == Article(topic="Tee")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("topic: 1984", "topic", "1984"),
        ("topic: 12:30:45", "topic", "12:30:45"),
        ("topic: 1.10", "topic", "1.10"),
        ("topic: 2026-01-01", "topic", "2026-01-01"),
        ("topic: yes", "topic", "yes"),
        ("topic: x\nlanguage: no", "language", "no"),
        ("topic: x\narticle_id: 0311", "article_id", "0311"),
        ("topic: x\nuser_id: 007", "user_id", "007"),
        ("topic: x\nslug: 2024", "slug", "2024"),
    ],
)
def test_words_in_front_matter_stay_words(line: str, field: str, value: str) -> None:
    """YAML makes no number, date or boolean of what an author wrote as text."""
    assert getattr(markdown(line), field) == value


def test_an_empty_field_in_front_matter_counts_as_not_given() -> None:
    """`excerpt:` with nothing behind it is no error, and an empty topic is a missing one."""
    assert markdown("topic: Tee\nexcerpt:\nslug: ~\nbrand:") == Article(topic="Tee")
    with pytest.raises(InvalidInput, match="topic: is missing"):
        markdown("topic:")


def test_a_number_as_article_id_is_its_digits() -> None:
    """JSON's 4711 is the id "4711", as it is in Markdown and in a JSON Feed."""
    assert parse_json('{"topic": "x", "article_id": 4711}').article_id == "4711"


@pytest.mark.parametrize(
    "text", ['{"topic": "a", "topic": "b"}', '{"topic": "a", "brand": {"logo": "x", "logo": "y"}}']
)
def test_a_name_that_is_there_twice_loses_no_value(text: str) -> None:
    """Of two values neither is dropped silently."""
    with pytest.raises(InvalidInput, match=r"^(topic|logo): is there twice"):
        parse_json(text)


@pytest.mark.parametrize(
    "front_matter",
    [
        f"topic: '{SECRET}",
        f"topic: *{SECRET}",
        f"topic: !{SECRET} x",
        f"topic: !!float {SECRET}",
        f"topic: !!bool {SECRET}",
        f"topic: [{SECRET}",
        f"tags: [{SECRET}",
        f"tags: a: {SECRET}",
        f"topic: '{SECRET}'{SECRET}'",
        f"topic: x # {SECRET}",
        f"brand: {{color: #{SECRET}}}",
        f"[{SECRET}]: x",
        f"- {SECRET}",
        SECRET,
    ],
)
def test_broken_front_matter_is_told_without_its_words(front_matter: str) -> None:
    """What the YAML parser complains of is passed on, what it quotes is not."""
    with pytest.raises(InvalidInput) as caught:
        markdown(front_matter)
    assert "hunter2" not in str(caught.value).lower()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("start", ["---\n\n\n", "\n\n---\n", "\ufeff\r\n\r---\r\n"])
def test_broken_front_matter_is_told_with_its_line(start: str) -> None:
    """The line is counted from the top of the file, as editors count, and the words are not the parser's."""
    with pytest.raises(
        InvalidInput, match=r"^brand: front matter, line 5: cannot be read: put the whole value in quotes"
    ):
        parse_markdown(f"{start}topic: x\nbrand: a: b\n---\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "topic: is missing: begin the file with a heading, # Your title, or with front matter"),
        ("## Title", "topic: is missing"),
        ("----\ntopic: x\n----\n", "topic: is missing"),
        ("---\ntopic: x\n", "not closed"),
        ("---\ntopic: x\n-----\n", "not closed"),
        ("---\ntopic: x\nbody: y\n---\n", "body: comes from the text below"),
        ("---\n1: x\n---\n" + "[" * 10, "topic: is missing"),
        ("---\n" + "[" * 5000 + "\n---\n", "field: value"),
    ],
)
def test_markdown_that_is_no_article_is_refused_with_the_mend(text: str, words: str) -> None:
    """The message says what the file lacks."""
    with pytest.raises(InvalidInput, match=words):
        parse_markdown(text)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "NaN", '"x"', "1" * 5000, "[" * 100_000, '{"topic": ' + "1" * 5000 + "}",
     '{"topic": "\\ud800"}', '{"topic": "x", "\\ud800": 1}', '{"topic": "x",}'],
)  # fmt: skip
def test_json_that_is_no_article_is_refused_in_one_line(text: str) -> None:
    """Syntax, depth, long numbers and half characters all end in InvalidInput."""
    with pytest.raises(InvalidInput) as caught:
        parse_json(text)
    assert "\n" not in str(caught.value)
    str(caught.value).encode()


@given(st.text(max_size=300) | YAML_LIKE | YAML_LIKE.map(lambda text: f"---\n{text}\n---\nbody"))
def test_any_text_as_markdown_is_an_article_or_invalid_input(text: str) -> None:
    """There is no third way out of the Markdown parser."""
    article = parsed(parse_markdown, text)
    assert article is None or article.topic


@given(st.text(max_size=100), st.dictionaries(st.sampled_from([*Article.model_fields, "x"]), st.text() | st.integers()))
def test_any_text_as_json_is_an_article_or_invalid_input(text: str, fields: dict[str, Any]) -> None:
    """There is no third way out of the JSON parser."""
    for document in (text, json.dumps(fields), json.dumps({"topic": text, "brand": fields})):
        article = parsed(parse_json, document)
        assert article is None or parse_json(article.model_dump_json()) == article


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.stem)
def test_every_example_is_an_article(path: Path) -> None:
    """What the repository shows as examples is valid, with an excerpt and a body."""
    text = path.read_text(encoding="utf-8")
    article = parse_json(text) if path.suffix == ".json" else parse_markdown(text)
    assert article.excerpt
    assert len(article.body) > 1000
