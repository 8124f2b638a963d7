"""Articles: what is read from Markdown and JSON, and what is said about bad ones."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.articles.article import Article, Brand
from imaging.articles.parsing import article_from, parse_json, parse_markdown
from imaging.errors import InvalidInput
from tests.conftest import EXAMPLES

SECRET = "r8_Hunter2Hunter2"
YAML_LIKE = st.text(alphabet="abtopic:-[]{}&*!?|>'\"#%@`,~<\\ \n\t\r0159.é\u0301発\u200b", max_size=80)


def complaint(fields: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        article_from(fields)
    return str(caught.value)


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
    with pytest.raises(InvalidInput, match="topic: Field required"):
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
        InvalidInput, match=r"^tags: front matter, line 5: cannot be read: put the whole value in quotes"
    ):
        parse_markdown(f"{start}topic: x\ntags: a: b\n---\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no front matter"),
        ("## Title", "no front matter"),
        ("----\ntopic: x\n----\n", "no front matter"),
        ("---\ntopic: x\n", "not closed"),
        ("---\ntopic: x\n-----\n", "not closed"),
        ("---\ntopic: x\nbody: y\n---\n", "body: comes from the text below"),
        ("---\n1: x\n---\n" + "[" * 10, "1: there is no such field"),
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


def test_a_hostile_field_name_cannot_steer_a_terminal() -> None:
    """An unknown field is named in part, without line ends and escape codes."""
    for name in ("\x1b[31m\nnope" + "x" * 10_000, "nope\u202e", "nope\u200b"):
        message = complaint({"topic": "x", name: 1})
        assert message.isprintable()
        assert "nope" in message
        assert len(message) < 200
        assert "nope" in complaint({"topic": "x", "brand": {name: 1}})
    assert len(complaint({"topic": "x"} | {f"n{number}": 1 for number in range(100_000)})) < 200


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
