"""Articles in the dialects of other systems: what is understood, what is passed over, what is refused."""

import json

import pytest

from imaging.articles.article import Article
from imaging.articles.files.documents import read_document, read_in_source, read_text
from imaging.articles.files.parsing import read_markdown
from imaging.articles.files.publication import DRAFT, EXPIRED, FUTURE, TEMPLATE
from imaging.articles.files.reading import Reading
from imaging.errors import InvalidInput, PassedOver
from imaging.write_back.document import document_of
from tests import ROOT

POSTS = ROOT / "tests" / "posts"
NOTION = "0f3c5a7e9b1d4c2f8a6e4b2d0c9f7e5a"

# Topic, excerpt's beginning, language, slug, id, address.
AS_UNDERSTOOD = {
    "hugo/content/posts/sourdough-starter.md":
        ("Keeping a sourdough starter alive: a lazy guide", "Feed it", None, "lazy-sourdough-starter", None, ""),
    "hugo/content/posts/kaffee-wasser.md": ("Weiches Wasser, besserer Kaffee", "Warum", None, None, None, ""),
    "hugo/content/posts/bike-lights.md": ("Bike lights that do not blind everyone", "A beam", None, None, None, ""),
    "hugo/content/posts/winter-tomatoes/index.md":
        ("Tomatoes in December?", "A windowsill", None, None, None, ""),
    "jekyll/_posts/2023-05-14-quiet-keyboards.md":
        ("Quiet keyboards for thin walls", "", None, "quiet-keyboards", None, ""),
    "jekyll/_posts/2024-01-02-how-to-store-onions.md": ("How to store onions", "", None, None, None, ""),
    "jekyll/_posts/2024-02-29-jour-bissextile.markdown":
        ("Pourquoi un jour de plus ?", "Le calendrier triche un peu tous les quatre ans, et", "fr", None, None, ""),
    "astro/src/content/blog/reading-tide-tables.md":
        ("Reading tide tables without fear", "Two numbers", None, None, None, ""),
    "astro/src/content/blog/first-telescope.mdx":
        ("Your first telescope is a pair of binoculars", "Two eyes", None, None, None, ""),
    "docusaurus/blog/2024-03-10-offline-maps/index.mdx":
        ("Offline maps are ready", "", None, "offline-maps", None, ""),
    "docusaurus/docs/intro.md": ("Ten minutes to your first route", "", None, None, None, ""),
    "eleventy/posts/a-map-of-the-garden.md": ("A map of the garden", "Before", None, "garden-map", None, ""),
    "eleventy/posts/thirdpost.md": ("Mending a zip in three minutes", "", "en", None, None, ""),
    "obsidian/Kräuter trocknen.md": ("Kräuter trocknen", "", None, None, None, ""),
    "obsidian/Notes/Linking beats folders.md": ("Why linking beats folders", "", None, None, None, ""),
    f"notion/Moving to Lisbon {NOTION}.md": ("Moving to Lisbon with a cat", "", None, None, NOTION, ""),
    "notion/Marathon plan 1b2c3d4e5f60718293a4b5c6d7e8f901.md":
        ("A marathon plan for people with jobs", "", None, None, "1b2c3d4e5f60718293a4b5c6d7e8f901", ""),
    "pandoc/plain-text-thesis.md": ("Writing a thesis in plain text", "And still", "en", None, None, ""),
    "pandoc/title-block.md": ("A title block is enough", "", None, None, None, ""),
    "devto/profile-before-you-optimise.md":
        ("Profile before you optimise", "The slow line", None, None, None,
         "https://example.com/profile-before-you-optimise"),
}  # fmt: skip


def markdown(front_matter: str, body: str = "Text.", path: str = "post.md") -> Reading:
    return read_markdown(f"---\n{front_matter}\n---\n{body}", path)


def test_every_post_is_understood() -> None:
    """Twenty posts in nine dialects: title, summary, language, slug, id and address are found, and none is a draft."""
    files = [path for path in POSTS.rglob("*.*") if path.name != "README.md"]
    assert {path.relative_to(POSTS).as_posix() for path in files} == AS_UNDERSTOOD.keys()
    for name, (topic, excerpt, language, slug, article_id, url) in AS_UNDERSTOOD.items():
        reading = read_in_source((POSTS / name).read_bytes(), "/blog", name)
        article = reading.article
        assert (article.topic, article.slug, article.article_id, article.origin.url) == (topic, slug, article_id, url)
        assert (article.excerpt.startswith(excerpt), bool(article.excerpt)) == (True, bool(excerpt)), name
        assert (article.language if "language" in article.model_fields_set else None) == language, name
        assert not reading.unpublished, name
        assert topic not in article.body or not article.body.startswith("# "), name


def test_a_title_is_taken_from_the_first_place_that_has_one() -> None:
    """Our own name, the title, the first H1 (which is no section then), the file's name in words; never code's."""
    assert markdown("topic: A\ntitle: B", "# C").article.topic == "A"
    assert markdown("title: B", "# C").article.body == "# C"
    code = "```sh\n# not this\n```\n\n# **C** [link](x) {#c}\n\nText"
    read = markdown("tags: x", code).article
    assert (read.topic, read.body) == ("C link", "```sh\n# not this\n```\n\n\nText")
    assert markdown("tags: x", "Set apart\n=====\n\nText").article.topic == "Set apart"
    names = {
        "blog/2024-01-02-how_to-store.md": "How to store", "Über uns.md": "Über uns", "a/b/index.md": "B",
        f"C:\\notes\\My page {NOTION}.md": "My page",
    }  # fmt: skip
    assert {path: read_markdown("Text.", path).article.topic for path in names} == names
    assert markdown("title:\n  en: Tea\n  de: Tee", path="tea-time.md").article.topic == "Tea time"
    assert len(markdown(f"title: {'x ' * 200}").article.topic) <= 300


@pytest.mark.parametrize(
    ("front_matter", "fields"),
    [
        ("title: Kaffee: richtig lagern # draft title", {"topic": "Kaffee: richtig lagern"}),
        ("title: Wie wir Platz #1 wurden", {"topic": "Wie wir Platz #1 wurden"}),
        ("Title: x\nLANG: EN-us", {"topic": "x", "language": "en"}),
        ("title: x\nlanguage: de_AT.UTF-8", {"topic": "x", "language": "de"}),
        ("title: x\nlang: English", {"topic": "x"}),
        ("title: x\nid: 4711", {"topic": "x", "article_id": "4711"}),
        ("title: x\nid: intro\nsidebar_position: 2", {"topic": "x"}),
        ("title: x\nsummary: s\ndescription: d", {"topic": "x", "excerpt": "d"}),
        ("title: x\nexcerpt: e\ndescription: d", {"topic": "x", "excerpt": "e"}),
        ("title: x\npermalink: /:categories/:title/", {"topic": "x"}),
        ("title: x\npermalink: false", {"topic": "x"}),
        ("title: x\nslug: /", {"topic": "x"}),
        ("title: x\nslug: 2024/Über uns", {"topic": "x", "slug": "uber-uns"}),
        ("title: x\nurl: HTTPS://example.com/a/b.html", {"topic": "x", "slug": "b", "origin": {"url": "HTTPS://example.com/a/b.html"}}),
        ("title: x\nurl: https://example.com/a/b.html", {"topic": "x", "slug": "b", "origin": {"url": "https://example.com/a/b.html"}}),
        ("title: x\nbrand: Acme", {"topic": "x"}),
        ("title: x\nbrand:\n  color: #0A7D5A", {"topic": "x", "brand": {"color": "#0a7d5a"}}),
        ("title: x\ntags: [a,\nb\n]\nauthor: &me {name: a: b}\nlayout: *post", {"topic": "x"}),
        ("topic: x\ndescription: d\nlang: fr", {"topic": "x", "excerpt": "d", "language": "fr"}),
    ],
)  # fmt: skip
def test_fields_of_others_become_ours(front_matter: str, fields: dict[str, object]) -> None:
    """What has a meaning here is taken in our form; what has none, or cannot be used, refuses no article."""
    read = markdown(front_matter).article
    assert read == Article.model_validate({"body": "Text.", **fields})
    assert read.model_fields_set - {"body"} == set(fields)


def test_front_matter_is_yaml_toml_json_or_a_title_block() -> None:
    """The same article in each; line ends and byte order marks make no difference."""
    same = [
        "---\ntitle: Tea\nlang: en\n---\nText", "---\ntitle: Tea\nlang: en\n...\nText",
        '+++\ntitle = "Tea"\nlang = "en"\n[params]\na = 1\n+++\nText', '{"title": "Tea", "lang": "en"}\n\nText',
        "\ufeff+++\r\ntitle = 'Tea'\r\nlang = 'en'\r\n+++\r\nText",
    ]  # fmt: skip
    assert {read_markdown(one).article.model_dump_json() for one in same} == {
        Article(topic="Tea", language="en", body="Text").model_dump_json()
    }
    assert read_markdown("% Tea\n  and more\n% Ann\n% 2020\n\nText").article.topic == "Tea and more"


@pytest.mark.parametrize(
    "text",
    [
        '---json\n{\n  "title": "Tea",\n  "lang": "en"\n}\n---\nText.',  # Eleventy
        '---toml\ntitle = "Tea"\nlang = "en"\n---\nText.',
        "---yaml\ntitle: Tea\nlang: en\n---\nText.",
        "Title: Tea\nLang: en\nTags: a,\n    b\n\nText.",  # Pelican, MultiMarkdown
        "lang: en\ntitle: Tea\n---\nText.",  # Hexo
        "\ufefflang: en\r\ntitle: Tea\r\n\r\nText.",
    ],
)
def test_front_matter_may_name_its_language_or_have_no_line_before_it(text: str) -> None:
    """Fields are found in gray-matter's fences and without any, and the text does not begin with them."""
    article = read_markdown(text, "x.md").article
    assert (article.topic, article.language, article.body) == ("Tea", "en", "Text.")
    document = document_of(text)
    assert (document.text, document.body) == (text, "Text.")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.rst", b"Title\n=====\n", "ARTICLE: a.rst is reStructuredText, which is not read: convert it to Markdown"),
        ("a.adoc", b"= Title\n", "is AsciiDoc, which is not read"),
        ("a.DOCX", b"PK\x03\x04\x00\xff", "is Word, which is not read"),
        ("a.md", b"\x89PNG\x00\xff", "ARTICLE: a.md is no text: give Markdown or JSON"),
        ("a.md", "Käse".encode("utf-16"), "is not UTF-8 text: save it as UTF-8"),
        ("a.md", "Käse".encode("latin-1"), "is not UTF-8 text: save it as UTF-8"),
        ("a.md", b"---js\n{title: 1}\n---\n", "front matter in js is not run here: write it as YAML, TOML or JSON"),
        ("a.md", b'---json\n{"title": "x"}\nText', "not closed: end it with a line of --- behind the last bracket"),
    ],
)
def test_what_is_no_markdown_is_refused_by_its_name(name: str, data: bytes, says: str) -> None:
    """Other markup is not read as bad Markdown, and what is no text is not called badly encoded."""
    with pytest.raises(InvalidInput) as error:
        read_document(data, name, f"ARTICLE: {name}")
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("+++\ntitle = Tea\n+++\n", "front matter, line 2: cannot be read as TOML: write"),
        ("+++\ntitle = 'Tea'\n", "not closed: end it with a line of +++"),
        ('{"title": "Tea",\n "a" 1}\nText', "front matter, line 2: cannot be read as JSON: write"),
        ("---\ntitle: Tea\n", "not closed"),
        ('---\ntitle: "Das "beste" Brot"\n---\n', "title: front matter, line 2: has quotes within quotes"),
        ("---\ntoppic: x\n---\nText", "toppic: there is no such field: did you mean topic?"),
        ("---\ntitle: x\ncolour: red\n---\n", "colour: there is no such field: did you mean brand.color?"),
        ("---\ntitle: x\nuser-id: acme\n---\n", "user-id: there is no such field: did you mean user_id?"),
        ("---\ntopic: x\ntemplate: split\n---\n", "template: there is no such field here: did you mean brand.template"),
        ("---\ntopic: x\nlanguage: deutsch\n---\n", "language: must be two small letters"),
        ("---\ntopic: x\nslug: A b\n---\n", "slug: must be"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_mend(text: str, says: str) -> None:
    """Broken front matter and misspelt fields of ours, in plain words."""
    with pytest.raises(InvalidInput) as caught:
        read_markdown(text, "post.md")
    assert says in str(caught.value)


def test_fields_of_no_use_are_named_and_well_known_ones_are_no_misspellings() -> None:
    """Names that look like ours, as other systems have them, are passed over with the rest."""
    names = "topics tags layout templateKey brands original article author_id languages logos colors template logo"
    lines = "\n".join(f"{name}: x" for name in names.split())
    assert markdown(f"title: x\ndate: 2020-01-01\n{lines}").passed_over == tuple(names.split())


@pytest.mark.parametrize(
    ("front_matter", "why"),
    [
        ("draft: true", DRAFT), ("draft: yes", DRAFT), ("published: false", DRAFT), ("status: draft", DRAFT),
        ("date: 2999-01-01", FUTURE), ("publishDate: 2999-01-01T10:00:00Z\ndate: 2020-01-01", FUTURE),
        ("pubDate: 'Jul 08 2999'", FUTURE), ("date: 2999-05-14 20:15:00 +0200 # later", FUTURE),
        ("expiryDate: 2020-01-01", EXPIRED), ("draft: false", None), ("published: true", None), ("date: soon", None),
        ("date: git Created", None), ("date: 2020-01-01\nstatus: published", None), ("published: 2020-01-01", None),
        ("date: 2020-13-45", None), ("expires: 2999-01-01", None),
    ],
)  # fmt: skip
def test_what_is_not_public_is_told(front_matter: str, why: str | None) -> None:
    """Drafts, dates to come and past ends, however they are written."""
    assert markdown(f"title: x\n{front_matter}").unpublished == why


def test_templates_and_dated_files_are_told() -> None:
    """A template's title is a placeholder, and Jekyll's date may stand in the file's name alone."""
    assert markdown('title: "{{ replace .Name }}"').unpublished == TEMPLATE
    assert read_markdown("Text", "_posts/2999-01-02-later.md").unpublished == FUTURE
    assert read_markdown("# T\n\nStatus: Draft\nOwner: Jo\n\nText", f"T {NOTION}.md").unpublished == DRAFT
    assert read_markdown('+++\ntitle = "x"\ndate = 2999-01-01\n+++\n').unpublished == FUTURE
    assert read_markdown('+++\ntitle = "x"\ndraft = true\n+++\n').unpublished == DRAFT


def test_json_stays_strict_and_is_told_from_front_matter() -> None:
    """JSON has the fields of Article and no others; without a name it is known by its end."""
    with pytest.raises(InvalidInput, match="title"):
        read_document(b'{"topic": "x", "title": "y"}', "a.json")
    assert read_text(b'{"topic": "x"}\n', "-").article.topic == "x"
    assert read_text(b'{"title": "x"}\n\nText', "-").article.body == "Text"
    assert read_text(b"# Tea\n\n{{< figure >}}", "-").article.topic == "Tea"
    with pytest.raises(InvalidInput, match="title"):
        read_text(b'{"title": "x"}', "-")
    with pytest.raises(PassedOver):
        read_in_source(json.dumps({"name": "blog", "version": "1"}).encode(), "/blog", "package.json")
    with pytest.raises(InvalidInput):
        read_in_source(b'{"toppic": "x"}', "/blog", "a.json")
    with pytest.raises(PassedOver):
        read_in_source(b" \n", "/blog", "empty.md")
