"""Shortcodes of WordPress in summaries, titles, HTML and Markdown."""

import pytest

from imaging.text.dialects import title_words
from imaging.text.markup import markdown_of
from imaging.text.reading import blocks
from imaging.text.shortcodes import without_shortcodes
from imaging.text.teaser import teaser


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("[vc_row][vc_column width=”1/2″]Tee wirkt. [gallery ids=”1,2″] Er zieht.", "Tee wirkt. Er zieht."),
        ("[contact-form-7 id=“12“ title=“Bob's Tee“]Tee", "Tee"),
        ("Ein [su_x]guter[/su_x], [b]heißer[/b] [url=https://a.example]Tee[/url].", "Ein guter, heißer Tee."),
        ("[youtube https://a.example/?v=b] Tee [audio mp3='a.mp3'][/audio]", "Tee"),
        ("[box_1 " + " ".join(f'_wide{i}="||{i}px|"' for i in range(150)) + "]Tee[/box_1]", "Tee"),
        ("[embed]https://a.example[/embed] Tee [code lang=js]a[0] = 1[/code]", "Tee"),
        ('[caption id="a" width=300] Ein Glas[/caption] Tee [/column]', "Ein Glas Tee"),
        ("Tee [et_pb_section fb_built=”1″ label=”sec […]", "Tee"),
        ("Was {% include name.html %} sagt, {{< param x >}} {{% y %}}und {{ z }}.", "Was sagt, und {{ z }}."),
        ("<!-- wp:shortcode -->[gallery]<!-- /wp:shortcode --> Tee <!--more-->", "Tee"),
    ],
)
def test_shortcodes_leave_words(said: str, words: str) -> None:
    """No shortcode reaches a card or a prompt: with typographic quotes, cut off, closed or lone; its words stay."""
    assert teaser(said) == words
    assert teaser(words) == words


@pytest.mark.parametrize(
    "text",
    [
        "Tee [sic] und [Update 2026] [1] [Anm. d. Red.: heiß] a[i] = b[j] [x=1] [so wie = das]",
        "So schreibt man [[gallery]] und [https://a.example]",
        "Er sagt: „Das ist […] es.“ Und geht.",
    ],
)
def test_words_in_brackets_are_text(text: str) -> None:
    """What only looks a little like a shortcode stays as it is, in summaries and titles."""
    assert teaser(text) == without_shortcodes(text) == text


def test_titles_keep_labels() -> None:
    """A title loses shortcodes that are none but in WordPress; labels like [video] are its words."""
    assert title_words("[su_x]Tee[/su_x] [icon name=”cup”] kochen") == "Tee kochen"
    assert title_words("[video] Tee [Update 2026] [my_var]") == "[video] Tee [Update 2026] [my_var]"


def test_html_becomes_markdown_without_shortcodes() -> None:
    """Headings of feeds, exports and pages have their words alone; code keeps its brackets."""
    html = (
        '<p>[vc_row css=”.a{b:c}”]</p><h2>[title size="2"]Tee[/title] [sic]</h2><p>[gallery]<b>So</b> [mc4wp_form]'
        "<br>zieht</p><h2>Mit <code>[gallery]</code></h2>"
    )
    read = [(block.level, block.text) for block in blocks(markdown_of(html))]
    assert read == [(2, "Tee [sic]"), (0, "So zieht"), (2, "Mit [gallery]")]


def test_markdown_keeps_its_links() -> None:
    """In Markdown, and in HTML within it, shortcodes are skipped; links and code with such names are not."""
    body = (
        '## [su_x]Tee[/su_x] `[gallery ids="1"]`\n\n[tabs][tab title="Eins"]Text [more_of_it](https://a.example) '
        "[audio][ref] [ref][][/tab][/tabs]\n\n[ref]: https://b.example\n\n<h2>[su_x]Kaffee[/su_x]</h2>\n"
    )
    read = [(block.level, block.text) for block in blocks(body)]
    assert read == [(2, 'Tee [gallery ids="1"]'), (0, "Text more_of_it audio ref"), (2, "Kaffee")]


@pytest.mark.parametrize("unit", ["[a ", "[a b=", '[a b="', "[embed]", "[/a]", "[a b=c ", "[", '[a b="c" ', "[code]x"])
def test_any_text_is_read_in_bounded_time(unit: str) -> None:
    """Half a million characters of openings take no time that grows with its square."""
    without_shortcodes("[/code]" + unit * (500_000 // len(unit)))
