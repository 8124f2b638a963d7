"""Exports of content systems as sources: published posts as their feeds have them, the rest counted."""

import json
from pathlib import Path
from typing import Any

import pytest

from blocks.sources.exports import articles_in, is_export
from blocks.sources.feed_items import parse_feed
from imaging.articles.article import Article
from imaging.errors import InvalidInput

WXR = """<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"><channel><title>B</title><language>en-US</language>
<item><title>Tea</title><link>https://b.example/tea/</link><guid isPermaLink="false">https://b.example/?p=1</guid>
<description></description><content:encoded><![CDATA[<!-- wp:heading --><h2>Black</h2><p>Text</p>]]></content:encoded>
<excerpt:encoded><![CDATA[<!-- wp:paragraph --><p>One word.</p>]]></excerpt:encoded>
<wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>
<item><title>Secret</title><guid>https://b.example/?p=2</guid><wp:post_type>post</wp:post_type>
<wp:status>draft</wp:status></item></channel></rss>"""
GHOST = {"db": [{"data": {
    "settings": [{"key": "locale", "value": "fr"}],
    "posts": [
        {"id": "g1", "title": "Thé &amp; café", "html": "<h2>Noir</h2>", "status": "published", "type": "post",
         "custom_excerpt": "Un mot.", "slug": "the"},
        {"id": "g2", "title": "Later", "html": "", "status": "scheduled", "type": "post", "slug": "later"},
    ],
}}]}  # fmt: skip
REST = [{
    "id": 7, "guid": {"rendered": "https://b.example/?p=7"}, "title": {"rendered": "Tea &#8211; hot"}, "type": "post",
    "content": {"rendered": "<h2>Black</h2>"}, "excerpt": {"rendered": "<p>One word.</p>"}, "status": "publish",
    "link": "https://b.example/tea/",
}, {
    "id": 8, "title": {"rendered": "Protected: Y"}, "content": {"rendered": "", "protected": True}, "status": "publish",
}]  # fmt: skip


def read(path: Path, content: Any) -> tuple[list[Article], list[str]]:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    assert is_export(path)
    listing = articles_in(path)
    return [entry.read().article for entry in listing.entries], list(listing.passed_over.values())


def test_each_published_post_is_an_article(tmp_path: Path) -> None:
    """WordPress' and Ghost's exports and answers of their APIs: title, text, summary, language, id and address."""
    [tea], passed_over = read(tmp_path / "wp.xml", WXR)
    assert (tea.topic, tea.article_id, tea.origin.url) == ("Tea", "https://b.example/?p=1", "https://b.example/tea/")
    assert (tea.language, tea.body.split("\n")[0], passed_over) == ("en", "## Black", ["draft, or no post"])
    assert tea.excerpt == "One word."
    [the], passed_over = read(tmp_path / "ghost.json", GHOST)
    assert (the.topic, the.excerpt, the.language, the.article_id) == ("Thé & café", "Un mot.", "fr", "g1")
    assert (the.body, passed_over) == ("## Noir", ["not published"])
    [hot], passed_over = read(tmp_path / "posts.json", REST)
    assert (hot.topic, hot.excerpt, hot.article_id) == ("Tea – hot", "One word.", "https://b.example/?p=7")
    assert (hot.origin.url, passed_over) == ("https://b.example/tea/", ["needs a password"])


WORDS = [f"Wort{number}" for number in range(70)]
POST = f"""<!-- wp:image {{"id":5}} --><figure><img src="a.jpg"/><figcaption>Ein Bild</figcaption></figure>
<!-- /wp:image -->
<!-- wp:paragraph --><p>{" ".join(WORDS[:30])}</p><!-- /wp:paragraph -->
<!-- wp:group --><div><!-- wp:code --><pre>x = 1</pre><!-- /wp:code --><!-- wp:heading --><h2>Mehr &amp; mehr</h2>
<!-- /wp:heading --></div><!-- /wp:group --><!-- wp:separator /-->
<!-- wp:paragraph --><p>{" ".join(WORDS[30:])}</p><!-- /wp:paragraph -->"""
CLASSIC = f"""[caption id="1" width="300"]<img src="a.jpg"/> Ein Bild[/caption]
{" ".join(WORDS[:30])}

<h2>Mehr &amp; mehr</h2>
{" ".join(WORDS[30:])}"""


@pytest.mark.parametrize("body", [POST, CLASSIC])
def test_an_export_of_wordpress_has_the_excerpt_of_the_feed(tmp_path: Path, body: str) -> None:
    """WordPress makes an excerpt for its feed, and none in an export: the hero's prompt, and so its price, has both."""
    own = "<![CDATA[<!-- wp:paragraph --><p>One word.</p>]]>"
    export = WXR.replace(own, "").replace(
        "<![CDATA[<!-- wp:heading --><h2>Black</h2><p>Text</p>]]>", f"<![CDATA[{body}]]>"
    )
    [by_export], _ = read(tmp_path / "wp.xml", export)
    shown = [*WORDS[:30], "Mehr", "&#038;", "mehr", *WORDS[30:]]
    described = (
        f"<p>{' '.join(shown[:55])} [&#8230;]</p><p>The post <a href='x'>Tea</a> appeared first on <a>B</a>.</p>"
    )
    feed = parse_feed(
        f"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><language>en-US</language>
        <item><title>Tea</title><description><![CDATA[{described}]]></description><content:encoded><![CDATA[<h2>Mehr</h2>]]>
        </content:encoded></item></channel></rss>""".encode()
    )
    by_feed = feed.items[0].article()
    assert by_export.excerpt == by_feed.excerpt
    assert by_export.excerpt.startswith("Wort0 Wort1 ")


def test_what_is_no_export_is_told(tmp_path: Path) -> None:
    """An article in JSON is none, and XML that is cut off is refused as a whole."""
    (tmp_path / "a.json").write_text('{"topic": "x"}')
    assert not is_export(tmp_path / "a.json")
    (tmp_path / "cut.xml").write_text(WXR[:-60])
    with pytest.raises(InvalidInput, match=r"^SOURCE: cut\.xml: it is not well-formed XML"):
        articles_in(tmp_path / "cut.xml")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(InvalidInput):
        articles_in(tmp_path / "x.json")
