"""Front matter: the value is what its author wrote, or the field and the mend are named."""

import resource
import subprocess
import sys

import pytest

from imaging.articles.article import Article
from imaging.articles.files.parsing import parse_markdown
from imaging.errors import InvalidInput

# What a YAML parser would make less of, make something else of, or stumble over.
AS_WRITTEN = [
    "Wie wir Platz #1 in Bayern wurden", "#1 in Bayern", "Kaffee: richtig lagern", "Kaffee : Tee",
    "[Update] Neue Preise", "[Update]", "{Neu} hier", "{{ title }}", '"Kaffee" richtig lagern',
    "'Kaffee' richtig", "*Wichtig* heute",
    "*Wichtig*", "**fett**", "@home", "`code` lesen", "%TEMP% leeren", "| Kaffee", "> 100 Rezepte", "? wer weiß",
    "- Kaffee", "-", ", und", "& Co.", "! Achtung", r"C:\temp\neu", "yes", "no", "off", "012", "0x1F", "1e3", ".5",
    "1_000", "12:30:00", "2026-01-01", "Null", "NULL", "=", "<<", "true", "a #b #c", "https://example.com/#top",
    "„Brot“: so",
    "Tom & Jerry", "50 % mehr: wie?", "a: b: c", "x [y] {z}", "ends with:", "--- x", "...",
]  # fmt: skip


def article(front_matter: str) -> Article:
    return parse_markdown(f"---\n{front_matter}\n---\n")


def complaint(front_matter: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        article(front_matter)
    return str(caught.value)


@pytest.mark.parametrize("value", AS_WRITTEN)
def test_a_value_in_one_line_is_what_is_written(value: str) -> None:
    """No sign in a title or summary has a meaning of its own, at whichever end it stands."""
    read = article(f"topic: {value}\nexcerpt:   {value}  \nlanguage: en")
    assert (read.topic, read.excerpt, read.language) == (value, value, "en")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"Kaffee: richtig"', "Kaffee: richtig"),
        ('"Kaffee"   # working title', "Kaffee"),
        ("'Opa''s Brot'  # c", "Opa's Brot"),
        (r'"Das \"beste\" Brot"', 'Das "beste" Brot'),
        (r'"K\u00e4se \x26 C\\D \U0001F9C0"', "Käse & C\\D 🧀"),
        (r'"C:\temp leeren"', r"C:\temp leeren"),
        (r'"D:\neu\users\xaver"', r"D:\neu\users\xaver"),
        (r'"\\server\teil"', r"\\server\teil"),
        (r'"Zeile\nzwei\t"', r"Zeile\nzwei\t"),
        ("\tKaffee\tTee", "Kaffee Tee"),
        ("\u00a0Kaffee", "Kaffee"),
        ("\u3000Kaffee\u200b", "Kaffee"),
        ("Kaffee\n  richtig #1\n\n  lagern: so", "Kaffee richtig #1 lagern: so"),
        ("\n  Kaffee: #1", "Kaffee: #1"),
        (">-\n  Kaffee # eins\n  und: zwei", "Kaffee # eins und: zwei"),
        ('"Kaffee \\"a\\" und\n  Tee \\\n  heute"', 'Kaffee "a" und Tee heute'),
    ],
)
def test_quotes_and_several_lines_are_read_as_meant(written: str, value: str) -> None:
    """What YAML says of quotes and of texts over several lines holds, save for backslashes that a person wrote."""
    assert article(f"topic: {written}\nlanguage: en").topic == value


@pytest.mark.parametrize(
    "name", ["topic", "Topic", "TOPIC", "topic ", '"topic"', "\u00a0topic", "\ufefftopic", "to\u200bpic", "ｔｏｐｉｃ"]
)
@pytest.mark.parametrize("colon", [": ", ":", ":\u00a0", "：", ":\t"])
def test_a_field_is_known_however_it_is_typed(name: str, colon: str) -> None:
    """Capitals, signs that cannot be seen and a colon without a blank make no other field."""
    assert article(f"{name}{colon}Kaffee").topic == "Kaffee"


@pytest.mark.parametrize("brand", [
    "brand:\n  color: #B5532A\n  template: split  # for now", "brand:\n\tcolor: #b5532a # red\n\ttemplate: split",
    "Brand:\n    Color:\t#b5532a\n    template:split", 'brand: {color: "#b5532a", template: split}',
    "brand:\n  color: '#b5532a'\n  logo: ~\n  # a comment\n  template: split",
])  # fmt: skip
def test_a_colour_needs_no_quotes(brand: str) -> None:
    """A colour is no comment, indented by blanks or tabs; where it would be one all the same, that is said."""
    read = article(f"topic: x\n{brand}").brand
    assert (read.color, read.logo, read.template) == ("#b5532a", None, "split")


def test_comments_are_comments_where_they_can_be_nothing_else() -> None:
    """A line of its own, or what follows a single word or closed quotes."""
    read = article("# all of it\ntopic: x\n  # indented\nlanguage: en  # English\nslug: # none\nuser_id: acme # ours")
    assert (read.topic, read.language, read.slug, read.user_id) == ("x", "en", None, "acme")


@pytest.mark.parametrize(
    ("front_matter", "says"),
    [
        (
            "topic: Kaffee # working title",
            "topic: front matter, line 2: may have a comment behind the #: put the whole value in quotes",
        ),
        ("topic: x\nexcerpt: # to come", "excerpt: front matter, line 3: may have a comment"),
        (
            'topic: "Das "beste" Brot"',
            "topic: front matter, line 2: has quotes within quotes: put the whole value in quotes of the",
        ),
        ("topic: 'Opa's Brot'", "topic: front matter, line 2: has quotes within quotes"),
        ('topic: "Kaffee', "topic: front matter, line 2: opens a quotation that does not end"),
        ("topic: [Update", "topic: front matter, line 2: opens a bracket that does not end"),
        ("topic: &Anker", "topic: front matter, line 2: begins with &"),
        ("topic: !wichtig", "topic: front matter, line 2: begins with !"),
        ("topic: *alias", "topic: front matter, line 2: begins with *"),
        (
            "topic: x\nbrand: {color: #b5532a}",
            "brand: front matter, line 3: begins a comment at #: put the colour in quotes",
        ),
        ("topic: x\nbrand: {\n  color: #b5532a\n}", "brand: front matter, line 3: begins a comment at #"),
        ("topic: A\nTopic: B", "topic: front matter, line 3: is there twice"),
        ("topic: x\nbrand:\n  color: #b5532a\n  color: #b5532b", "brand.color: front matter, line 5: is there twice"),
        ("title: x\ntitle: y", "title: front matter, line 3: is there twice"),
        ("topic: Kaffee\n language: en", "language: front matter, line 3: is indented"),
        ("topic: null", "topic: is missing"),
        ("topic: x\nLanguage: deutsch", "language: must be two small letters"),
        (
            "topic: x\norigin: [a, b",
            "origin: front matter, line 3: cannot be read: put the whole value in quotes, and close what it opens",
        ),
        ("topic: x\norigin: \x07", "control character"),
    ],
)
def test_what_cannot_be_told_is_refused_with_field_and_mend(front_matter: str, says: str) -> None:
    """The message names the field and the mend, in other words than the parser's."""
    said = complaint(front_matter)
    assert says in said
    assert not any(word in said for word in ("mapping", "scalar", "block", "token", "expected", "Extra inputs"))


_BOMBS = [
    "topic: x\na: &a [1]\nb: *a",
    "topic: x\na: &a {b: 1}\nc:\n  <<: *a",
    "topic: x\na: {!!merge <<: [1]}",
    "topic: x\na: {!<tag:yaml.org,2002:merge> k: {}}",
    "topic: x\na: !!python/object:os.system x",
    "topic: x\na: ! x",
    "%TAG ! tag:yaml.org,2002:\n---\ntopic: x",
    "topic: x\na: &l [" + "lol, " * 9 + "]\n" + "".join(f"a{n}: &l{n} [{'*l, ' * 9}]\n" for n in range(9)),
]


@pytest.mark.parametrize("front_matter", _BOMBS)
def test_anchors_aliases_and_tags_are_not_read(front_matter: str) -> None:
    """What multiplies is refused in a field of ours, and passed over unread in any other."""
    said = complaint(front_matter.replace("a:", "origin:", 1))
    assert "an anchor, an alias or a tag" in said or "line" in said
    if front_matter.startswith("topic"):
        assert article(front_matter).topic == "x"


def test_hostile_articles_take_little_time_and_memory() -> None:
    """Merges over aliases, depth, length and numbers without end are over in seconds and megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", _HOSTILE], check=False, capture_output=True, text=True, preexec_fn=_limited
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-2000:]


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


_HOSTILE = r"""
from imaging.articles.files.parsing import parse_json, parse_markdown
from imaging.errors import InvalidInput
def tried(parse, text):
    try:
        parse(text)
    except InvalidInput as error:
        assert len(str(error)) < 2000, len(str(error))
def fm(text):
    tried(parse_markdown, "---\ntopic: x\n" + text + "\n---\n")
merges = "".join(f"  ? !!merge k{m}\n  : *up\n" for m in range(8))
level = "".join(f"l{n}: &l{n}\n" + merges.replace("up", f"l{n - 1}") for n in range(1, 12))
fm("l0: &l0 {a: 1}\n" + level)
for one in ("[", "{", "\t", "- ", "a: [", "? ", "'", '"', "a:\n ", "# ", "&a ", "*a ", "!a ", "|",
            ">\n", "x: \"\\", "\u00a0 a"):
    for times in (5_000, 2_000_000):
        fm("a: " + one * times)
        fm(one * times)
fm("".join(f"f{n}: 1\n" for n in range(3_000)))
for text in ("[" * 5_000_000, '{"a":' * 1_000_000, "9" * 5_000_000, "1e" + "9" * 1_000_000,
             '{"topic": "x", "article_id": ' + "9" * 4_000 + "}", '{"topic": "x", "n": [' + "0," * 1_000_000 + "0]}",
             "{" + ",".join(f'"n{n}": 1' for n in range(300_000)) + "}", '{"topic": 1e999}', '{"topic": NaN}'):
    tried(parse_json, text)
print("done")
"""
