"""Sections and aspects: what counts as a heading, and what is illustrated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.text.reading import blocks
from imaging.text.sections import GENERIC_ASPECTS, MAX_LABEL, aspects, cut, outline, sections, supporting_count


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("", []),
        ("## One\n\ntext\n\n## Two ##", ["One", "Two"]),
        ("Set\nin two lines\n---", ["Set in two lines"]),
        ("# Title\n\n### Third", []),
        ("```\n## code\n```\n\n    ## indented", []),
        ("> ## quoted\n\n- ## listed", []),
        ("##no blank", []),
        ("## \n\n## ![](only-a-picture.png)\n\n## <br>", []),
        ("## `x` *y* [z](https://example.com) <b>k</b> \\& &amp; l", ["x y z k & & l"]),
    ],
)
def test_sections_are_the_h2_headings_as_plain_text(body: str, found: list[str]) -> None:
    """Headings in code, quotations and lists do not count, nor do those without words; markup is gone."""
    assert sections(body) == found


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Die Küche planen {#kueche}", "Die Küche planen"),  # Pandoc, Hugo, Docusaurus
        ("Teig kneten {: #kneten .no_toc }", "Teig kneten"),  # kramdown
        ("Vorwort {-}", "Vorwort"),
        ("Backen {/* #backen */}", "Backen"),
        ("Das [Sauer]{.smallcaps}teig-ABC", "Das Sauerteig-ABC"),
        (":rocket: Start", "Start"),
        ("Los :material-rocket-launch: geht's :+1:", "Los geht's"),
        ("Um 12:30:45 Uhr", "Um 12:30:45 Uhr"),
        ("[[Seite|Wort]] und [[Brot]] ^block-1", "Wort und Brot"),
        ("![[ofen.png]] Der Ofen", "Der Ofen"),
        ("Gärung[^1] und Reife^[im Kühlschrank]", "Gärung und Reife"),
        ('{{< icon name="x_y_" >}} Backen {{% note %}}', "Backen"),
        ("Über {{ site.title }} {% include x.html %}", "Über"),
        ("Warum $E=mc^2$ stimmt", "Warum stimmt"),
        ("Warum \\(E=mc^2\\) stimmt \\(fast\\)", "Warum stimmt (fast)"),
        ("Von 5$ bis 10$", "Von 5$ bis 10$"),
        ("~~alt~~ ==neu== ++dazu++ H~2~O und m^2^", "alt neu dazu H2O und m2"),
        ("C++ und D++, a==b", "C++ und D++, a==b"),
        ("Menge {a, b} und {Name}", "Menge {a, b} und {Name}"),
        ("Ofen [#](#ofen)", "Ofen"),
        ("Ofen<a class='headerlink' href='#ofen'>¶</a><sup><a href='#fn1'>1</a></sup>", "Ofen"),
        ("[1.2.0](#120)", "1.2.0"),
        ("<% tp.file.title %> Ofen <Badge text={'neu'} />", "Ofen"),
        ("\\[Update\\] `{{ x }}` zeigen", "[Update] {{ x }} zeigen"),
    ],
)
def test_headings_are_words_in_every_dialect(heading: str, words: str) -> None:
    """What a generator, wiki or editor reads as markup is no word of a heading; what only looks like it stays."""
    assert sections(f"Text.\n\n## {heading}\n\nText.") == [words]


@pytest.mark.parametrize(
    "hidden",
    [
        "%%\n## Geheim\n%%",
        "Satz. %%\n\n## Geheim\n\n%%",
        "{% comment %}\n## Geheim\n{% endcomment %}",
        "{%- comment -%}\n\n## Geheim\n\n{%- endcomment -%}",
        "{/*\n\n## Geheim\n\n*/}",
        "{{/*\n## Geheim\n*/}}",
        "{{< comment >}}\n\n## Geheim\n\n{{< /comment >}}",
        "{# TODO\n\n## Geheim\n\n#}",
        "<!--\n\n## Geheim\n\n-->",
        "<div hidden>\n\n## Geheim\n\n</div>",
        "{% highlight md %}\n## Geheim\n{% endhighlight %}",
        "import Tabs from '@theme/Tabs'\n\nexport const text = `\n## Geheim`",
    ],
)
def test_hidden_headings_stay_hidden(hidden: str) -> None:
    """What a writer has commented out is neither pictured nor published; what stands around it is read on."""
    assert aspects(f"## Eins\n\n{hidden}\n\n## Zwei\n", 3)[:2] == ["Eins", "Zwei"]
    assert "Geheim" not in repr(blocks(f"{hidden}\n\n## Zwei"))


def test_comment_signs_in_code_hide_nothing() -> None:
    """Fences and code spans are code, whatever they hold."""
    body = "```mermaid\n%% a\n```\n\n## Eins `{/*`\n\n- x\n\n    ```\n    %%\n    ```\n\n## Zwei `%%` und `*/}`\n"
    assert sections(body) == ["Eins {/*", "Zwei %% und */}"]


@pytest.mark.parametrize(
    "body",
    [
        '<a href="x"><h2>Eins</h2></a>\n\n<table><tr><td>\n<h2>Zwei<a aria-hidden="true">#</a></h2></td></tr></table>',
        '<!-- wp:heading -->\n<h2 class="x">Eins</h2>\n<!-- /wp:heading -->\n\n<h2 align="center">\n\n*Zwei*\n\n</h2>',
        "##\u00a0Eins\n\n##\u202fZwei",
        "### Eins\n\n### Zwei",
        "# Eins\n\n### Klein\n\n# Zwei",
        "# Titel\n\n### Eins\n\n### Zwei",
        "[TOC]\n\n:::note Tipp\n\n## Eins\n\n:::\n\n!!! note\n    ## Kasten\n\n## Zwei\n{: .no_toc }",
    ],
)
def test_sections_are_what_readers_see_as_sections(body: str) -> None:
    """HTML in Markdown counts, and a no-break space; without H2 it is several H1 or H3 that part an article."""
    assert sections(body) == ["Eins", "Zwei"]


@pytest.mark.parametrize(
    "body",
    [
        "import Tabs from '@theme/Tabs';\nimport A from 'a'",
        "[TOC]",
        "[[_TOC_]]",
        "{:toc}",
        "- [ ] ",
        "[gallery ids='1,2']",
    ],
)
def test_code_of_a_generator_is_no_sentence(body: str) -> None:
    """Where first sentences have to do, they are the article's, not what its generator reads."""
    assert aspects(f"{body}\n\nEin Satz. Noch einer.", 1) == ["Ein Satz."]


def test_a_frame_is_pictured_only_when_there_is_nothing_else() -> None:
    """Introduction, contents, conclusion come behind headings with a subject, in any language, numbered or not."""
    names = ["Inhaltsverzeichnis", "1. Einleitung", "Mahlgrad", "Conclusion:", "Röstung", "Quellen"]
    body = "\n\n".join(f"## {name}" for name in names)
    assert supporting_count(body) == 2
    assert aspects(body, 2) == ["Mahlgrad", "Röstung"]
    assert aspects("## Introducción\n\n### Molienda\n\nTexto.", 2) == ["Molienda", "Introducción"]
    assert aspects("## Einleitung: Warum Kaffee?", 1) == ["Einleitung: Warum Kaffee?"]
    assert aspects(body, 2, {"1. Einleitung"}.__contains__) == ["1. Einleitung", "Mahlgrad"]


@pytest.mark.parametrize(
    "unit", ["[", "![", "[^", "`", "``` ", "%%", "{{", "{% comment %}", "\\(", "<A x={", '<A "', "{/*", "$a"]
)
def test_markup_without_an_end_is_read_in_bounded_time(unit: str) -> None:
    """Ten thousand openings cost about as much each as one: a body cannot hold a worker up (pytest's time limit)."""
    blocks(unit * 10_000)


def test_aspects_come_in_the_contracts_order() -> None:
    """H2 headings come first, then H3, then first sentences, then generic ones."""
    body = "Erster Satz. Zweiter Satz.\n\n### Drei\n\n## Zwei\n\nDritter Satz! Vierter."
    assert aspects(body, 6) == ["Zwei", "Drei", "Erster Satz.", "Dritter Satz!", *GENERIC_ASPECTS[:2]]


@pytest.mark.parametrize("text", ["味噌。醤油。", "هل؟ نعم."])
def test_sentences_end_in_other_scripts_too(text: str) -> None:
    """A full-width full stop or an Arabic question mark ends a sentence."""
    assert aspects(text, 1)[0] in {"味噌。", "هل؟"}


def test_what_reads_the_same_is_one_aspect() -> None:
    """Duplicate headings, in any case, and headings that differ only behind the cut of a label count once."""
    long = "Warum die Milch im Kaffee bei großer Hitze flockt und was dagegen hilft, Teil"
    assert aspects(f"## Tipp\n\n## TIPP\n\n## {long} 1\n\n## {long} 2\n\n## Ende", 3) == ["Tipp", f"{long} 1", "Ende"]


@given(
    st.lists(st.one_of(st.sampled_from(["## ", "### ", "---", "```", "> ", "\n"]), st.text(max_size=8)), max_size=40)
)
def test_an_outline_leads_to_the_same_pictures(parts: list[str]) -> None:
    """Headings alone plan the same supporting pictures as the body that they come from, or there is no outline."""
    body = "".join(part if part.endswith(" ") else f"{part}\n" for part in parts)
    short = outline(body)
    if short is not None:
        count = supporting_count(body)
        assert supporting_count(short) == count
        assert aspects(short, count) == aspects(body, count)


def test_an_outline_is_the_headings() -> None:
    """Prose, and headings that are none of the article's, are left out; what needs the prose has no outline."""
    body = "".join(f"## Teil {number}\n\nSatz.\n\n> ## Zitat\n\n### Mehr {number}\n\n" for number in range(2))
    assert outline(body) == "## Teil 0\n\n### Mehr 0\n\n## Teil 1\n\n### Mehr 1"
    assert outline("## Gleich\n\nEin Satz.\n\n" * 6) is None


@given(st.text(max_size=500), st.integers(0, len(GENERIC_ASPECTS)))
def test_any_body_has_enough_different_aspects(body: str, count: int) -> None:
    """As many aspects as asked for come out, none empty, none twice, none longer than 200 characters."""
    found = aspects(body, count)
    assert len(found) == count
    assert len({cut(aspect, MAX_LABEL).casefold() for aspect in found}) == count
    assert all(0 < len(aspect) <= 200 for aspect in found)


@given(st.text(max_size=200), st.integers(2, 130))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, length: int) -> None:
    """A text that fits stays as it is; a longer one keeps its beginning and ends in an ellipsis."""
    short = cut(text, length)
    assert len(short) <= length
    assert short == text if len(text) <= length else short.endswith("…")
    assert text.startswith(short.removesuffix("…"))
