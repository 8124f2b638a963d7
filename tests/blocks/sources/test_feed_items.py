"""Feeds: JSON Feed, RSS and Atom become articles with what they say, and nothing they say does harm."""

from contextlib import suppress

import pytest

from blocks.sources.feed_items import parse_feed
from imaging.articles.files.parsing import article_from
from imaging.errors import InvalidInput
from imaging.text.sections import aspects, sections
from tests.blocks.sources.feed_samples import BODY, JSON, json_feed, only, rss

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blog</title><entry><id>42</id>
<title type="html">Kaffee &amp;amp; Milch</title><summary>Kurz gesagt.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{BODY.replace("<script>alert(1)</script>", "")}</div>
</content></entry></feed>""".encode()
RSS = rss(f"""<item><guid>42</guid><title>Kaffee &amp; Milch</title>
<description>Kurz &lt;b&gt;gesagt&lt;/b&gt;.</description>
<content:encoded><![CDATA[{BODY}]]></content:encoded></item>""")


@pytest.mark.parametrize("data", [JSON, RSS, ATOM], ids=["json", "rss", "atom"])
def test_an_item_becomes_an_article_with_what_it_has(data: bytes) -> None:
    """Title, sections, summary, language and id arrive, and scripts do not, in each of the three formats."""
    item = only(data)
    article = item.article()
    assert (item.key, article.article_id) == ("42", "42")
    assert article.topic == "Kaffee & Milch"
    assert sections(article.body) == ["Erstens", "Zweitens"]
    assert "Ein *Satz*." in article.body
    assert "alert" not in article.body
    assert (article.excerpt, article.language) == ("Kurz gesagt.", "de")
    assert (article.user_id, article.slug, article.brand.color) == ("default", None, None)


@pytest.mark.parametrize(
    ("item", "topic", "body"),
    [
        ({"title": "C++ <vector>", "content_text": "# not\n\n## but"}, "C++ <vector>", "# not\n\n## but"),
        ({"title": "x", "content_html": "<p># no heading</p>"}, "x", "\\# no heading"),
        ({"title": "x", "content_html": "/etc/passwd"}, "x", "/etc/passwd"),
        ({"title": "x", "content_html": 7, "content_text": ["no text"]}, "x", "7"),
    ],
)
def test_plain_text_stays_plain(item: dict[str, object], topic: str, body: str) -> None:
    """What is not HTML is not read as HTML, and words do not become headings by accident."""
    article = only(json_feed(item)).article()
    assert (article.topic, article.body) == (topic, body)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("Baker&#8217;s Notes &amp; Tips", "Baker’s Notes & Tips"),
        ("C++ <vector>", "C++ <vector>"),
        ("Tom &amp; Jerry &#8211; <em>Teil</em> 2", "Tom & Jerry – Teil 2"),
        ("Rechnung \u202egnp.exe", "Rechnung gnp.exe"),
        ("Was &nbsp; bedeutet", "Was &nbsp; bedeutet"),
        ("Wann <p> statt <div>…</div> passt", "Wann <p> statt <div>…</div> passt"),
    ],
)
def test_a_title_in_json_is_read_as_it_is_meant(said: str, topic: str) -> None:
    """Entities and enclosing tags of systems that store HTML are resolved; tags that a title speaks of stay."""
    article = only(json_feed({"id": 1, "title": said, "summary": said})).article()
    assert (article.topic, article.excerpt) == (topic, topic)
    assert article_from(article.model_dump()) == article


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("Wann &lt;p&gt; statt &lt;div&gt;...&lt;/div&gt; passt", "Wann <p> statt <div>...</div> passt"),
        ("Warum &lt;b&gt; nicht &lt;strong&gt;…&lt;/strong&gt; ist", "Warum <b> nicht <strong>…</strong> ist"),
        ("Ein &lt;em&gt;Satz&lt;/em&gt;&lt;br&gt;mehr &amp;amp; mehr", "Ein Satz mehr & mehr"),
    ],
)
def test_a_title_in_xml_keeps_the_tags_that_it_speaks_of(said: str, topic: str) -> None:
    """A closing tag alone does not make markup of a title."""
    assert only(rss(f"<item><title>{said}</title></item>")).article().topic == topic


def test_a_summary_is_without_what_wordpress_puts_behind_it() -> None:
    """Neither the card nor the prompt says where the post appeared first, nor do first sentences."""
    said = (
        "<p>Kaffee mag kein Licht, wie [&#8230;]</p><p>The post <a href='/1'>Kaffee</a> appeared first on <a>Y</a>.</p>"
    )
    article = only(rss(f"<item><title>x</title><description><![CDATA[{said}]]></description></item>")).article()
    assert article.excerpt == "Kaffee mag kein Licht, wie…"
    assert "appeared" not in " ".join(aspects(article.body, 2))


@pytest.mark.parametrize(
    "item",
    [
        "<title>Echt</title><image><title>Bild</title><link>http://x/</link></image>",
        "<image><title>Bild</title></image><title>Echt</title>",
        "<title>Echt</title><image><title>Bild</title></image><media:title>Auch Bild</media:title>",
        "<textInput><title>Suche</title></textInput><title>Echt</title>",
    ],
)
def test_the_title_of_a_picture_in_an_item_is_not_its_own(item: str) -> None:
    """Wherever it stands; an item that has no other title has none."""
    channel = "<image><title>Logo</title></image><language>de</language>"
    spaces = rss(f"<item>{item}</item>", channel).replace(
        b"<rss ", b'<rss xmlns:media="http://search.yahoo.com/mrss/" '
    )
    assert only(spaces).title.text == "Echt"
    assert only(rss("<item><guid>1</guid><image><title>Bild</title></image></item>")).title.text == ""


@pytest.mark.parametrize(
    "html",
    [
        '<a href="x"><h2>Eins</h2></a><p>x</p><a href="y"><h2>Zwei</h2></a>',
        "<table><tr><td><h2>Eins</h2><p>x</p></td><td><h2>Zwei</h2></td></tr></table>",
        '<h2>Eins<a class="anchor" aria-hidden="true">#</a></h2><h2>Zwei<a href="#zwei">¶</a></h2>',
        '<h2>Eins<sup><a href="#fn1">1</a></sup></h2><h2><span hidden>Abschnitt</span>Zwei</h2>',
        "<h3>Eins</h3><p>x</p><h3>Zwei</h3>",
        "<h1>Eins</h1><p>x</p><h1>Zwei</h1>",
    ],
)
def test_sections_of_html_are_its_headings(html: str) -> None:
    """In a link, in a table for the layout, with an anchor, of another level: what readers see as sections."""
    assert sections(only(json_feed({"title": "x", "content_html": html})).article().body) == ["Eins", "Zwei"]


@pytest.mark.parametrize(
    "unit", ["<br>", "x<img>", "<ol><li>x", "<a ", "<a b='", "<!--", "<td><h2>x</h2>", "x<i hidden>y</i>", "<b>"]
)
def test_html_is_read_in_bounded_time(unit: str) -> None:
    """A hundred thousand of the same cost a hundred thousand times as much as one (pytest's time limit)."""
    html = "<ol>" + unit * (100_000 // len(unit))
    item = only(json_feed({"title": html, "summary": html, "content_html": html}))
    with suppress(InvalidInput):
        item.article()


def test_a_description_alone_is_the_text_and_the_summary() -> None:
    """RSS without `content:encoded` has its text in the description; the excerpt is its beginning."""
    text = "Kaffee mag weder Licht noch Luft. " * 40
    article = only(
        rss(f"<item><title>x</title><link>https://blog.example/1</link><description>{text}</description></item>")
    ).article()
    assert article.body.startswith("Kaffee mag")
    assert len(article.body) > 1000
    assert len(article.excerpt) <= 300
    assert article.article_id == "https://blog.example/1"


def test_an_item_is_known_by_its_id_and_changes_with_its_words() -> None:
    """The key stays while the words change; the fingerprint changes with them and with nothing else."""
    one = only(json_feed({"id": "a", "title": "x", "content_text": "1"}))
    same = only(json_feed({"id": "a", "title": "x", "content_text": "1", "date_modified": "2026-01-01"}))
    other = only(json_feed({"id": "a", "title": "x", "content_text": "2"}))
    assert one.key == same.key == other.key
    assert one.fingerprint() == same.fingerprint() != other.fingerprint()


def test_without_an_id_the_title_is_what_an_item_is_known_by() -> None:
    """A changed text does not make another article of it; and there is no id to claim a slug with."""
    one, other = (only(rss(f"<item><title>x</title><description>{text}</description></item>")) for text in "12")
    assert one.key == other.key
    assert one.article().article_id is None


@pytest.mark.parametrize(
    "item",
    [
        {"title": " ", "id": 1},
        {"id": 1},
        "no object",
        {"title": "\ud800", "id": "\ud800"},
        {"title": "x", "content_html": "<div>" * 5_000},
        {"title": "x", "content_text": "x" * 480_001},
    ],
)
def test_a_wrong_item_is_an_error_of_that_item_alone(item: object) -> None:
    """The feed is read all the same; the wrong item has a key, a fingerprint and a clear error."""
    bad, good = parse_feed(json_feed(item, {"title": "good"})).items
    assert good.article().topic == "good"
    assert bad.key.encode()
    assert bad.fingerprint()
    with pytest.raises(InvalidInput):
        bad.article()
