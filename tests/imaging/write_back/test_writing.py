"""Writing pictures into posts: where they belong, once, and nothing else changes."""

import re
from difflib import ndiff
from pathlib import Path

import pytest
import yaml

from imaging.articles.files.parsing import parse_markdown, read_markdown
from imaging.articles.files.picture_fields import PICTURE_FIELDS
from imaging.record import ImageSet
from imaging.text.inserted import has_broken, without_inserted
from imaging.write_back.dialects import DIALECTS
from imaging.write_back.document import document_of
from imaging.write_back.fields import Target
from imaging.write_back.front_matter import value_of
from imaging.write_back.writing import Written, written_into
from tests import ROOT
from tests.imaging.write_back.sets import set_for

POSTS = sorted(path for path in (ROOT / "tests" / "posts").rglob("*.m*") if path.name != "README.md")
BODY = "Intro.\n\n## Milk\n\nWhite.\n\n## Tea\nGreen.\n\nRye\n---\n\nBread.\n\n## Oats\n\n## Corn\n\n## Salt"
OWN = re.compile(r"(?:images|image|cover|heroImage)\b|  (?:path|width|height|alt): ")
HERO, CARD = "https://cdn.example/default/tee/hero.png", "https://cdn.example/default/tee/platform/facebook_og.png"


def write(text: str, image_set: ImageSet, dialect: str, *, is_mdx: bool = False) -> Written:
    return written_into(document_of(text), image_set, Target(DIALECTS[dialect], is_mdx))


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.relative_to(ROOT / "tests" / "posts").as_posix())
@pytest.mark.parametrize("ends", ["\n", "\r\n", "none", "BOM"])
def test_nothing_else_in_a_post_changes(post: Path, ends: str) -> None:
    """Without the pictures' lines and field every byte is as before; read again, the article is the same one."""
    text = post.read_text()
    text = {"none": text.rstrip("\n"), "BOM": f"\ufeff{text}"}.get(ends, text.replace("\n", ends))
    dialect, is_mdx = post.relative_to(ROOT / "tests" / "posts").parts[0], post.suffix == ".mdx"
    before, image_set = document_of(text), set_for(document_of(text).body)
    assert before.text == text
    written = write(text, image_set, dialect, is_mdx=is_mdx)
    after = document_of(written.text)
    assert write(written.text, image_set, dialect, is_mdx=is_mdx).text == written.text
    assert (without_inserted(after.body), after.behind) == (before.body, before.behind)
    read, reread = (read_markdown(one, post.name) for one in (text, written.text))
    assert (reread.article, set(reread.passed_over)) == (read.article, set(read.passed_over))
    old, new = (one.inside.splitlines(keepends=True) for one in (before, after))
    changed = [line for line in ndiff(old, new) if line[0] in "-+"]
    if before.kind == "json":
        assert after.inside.startswith(before.inside.rstrip("}\r\n"))
    else:
        assert all(OWN.match(line[2:]) for line in changed)
        assert all(line.startswith("+") or "[]" in line for line in changed)
    assert written.places or written.left
    assert all(end == ends for end in re.findall(r"\r?\n", written.text)) or ends in {"none", "BOM"}


def test_each_picture_is_below_its_heading() -> None:
    """Supporting pictures stand below their headings, ATX or underlined, with a blank line; the hero at the top."""
    done = write(f"---\ntopic: Tee\n---\n\n{BODY}", set_for(BODY), "plain").text
    assert re.search(
        r"---\n\n<!-- article-images:hero -->\n<picture>(?s:.*?)</picture>\n<!-- /article-images -->\n\nIntro", done
    )
    assert re.search(
        r"## Milk\n\n<!-- article-images:supporting-1 -->\n(?s:.*?)\n<!-- /article-images -->\n\nWhite", done
    )
    assert re.search(r"## Tea\n<!-- article-images:supporting-2 -->\n(?s:.*?)\n<!-- /article-images -->\n\nGreen", done)
    assert done.endswith("## Salt")
    article = parse_markdown(done)
    assert (article.topic, article.body) == ("Tee", BODY)


def test_a_heading_that_is_the_files_last_line_has_its_picture() -> None:
    """A picture at the very end of a file without a final line end comes off again without a trace."""
    body = "# A\n\n## B\n\n# C"
    image_set = set_for("\n\n".join(f"## {name}" for name in "CDEF"))
    done = write(body, image_set, "plain")
    assert done.text.endswith(
        "# C\n<!-- article-images:supporting-1 -->\n" + done.text.rpartition("supporting-1 -->\n")[2]
    )
    assert without_inserted(done.text) == body
    assert write(done.text, image_set, "plain").text == done.text


@pytest.mark.parametrize(
    ("dialect", "fence", "expected"),
    [
        ("hugo", "---", [CARD, HERO]),
        ("hugo", "+++", [CARD, HERO]),
        ("jekyll", "---", {"path": CARD, "width": "2752", "height": "1536", "alt": "Vorschaukarte für Facebook: Tee"}),
        ("astro", "---", HERO),
        ("docusaurus", "---", CARD),
        ("eleventy", "---", CARD),
        ("devto", "---", HERO),
        ("obsidian", "---", CARD),
        ("plain", "---", CARD),
    ],
)
def test_the_field_is_that_of_the_dialect(dialect: str, fence: str, expected: object) -> None:
    """A page's own picture is the hero, the one for link previews the card; each in the shape that is read there."""
    colon = ' = "x"' if fence == "+++" else ": x # why"
    text = f"{fence}\ntitle{colon}\n\n# a comment\n{fence}\nText\n"
    done = document_of(write(text, set_for("Text"), dialect).text)
    assert value_of(done, DIALECTS[dialect].fields[0]) == expected
    assert done.inside.startswith(document_of(text).inside.rstrip("\n"))


def test_an_own_picture_of_the_author_stays() -> None:
    """A field that holds a picture of somebody else is left alone and named; ours, an empty one and null give way."""
    image_set = set_for("x")
    for own in ("cover.png", "[a.png]", "{path: b.png}"):
        text = f"---\nimage: {own}\n---\nText\n"
        done = write(text, image_set, "docusaurus")
        assert done.text.startswith(f"---\nimage: {own}\n---\n")
        assert any(reason.startswith("image: has a picture of its own") for reason in done.left)
    for free in ("", " # none yet", " ''", " []", " null", " https://old.example/default/tee/platform/x_og.png"):
        done = write(f"---\nimage:{free}\nlast: 1\n---\nText\n", image_set, "docusaurus")
        fields = yaml.safe_load(document_of(done.text).inside)
        assert fields == {"image": CARD, "last": 1}
        assert ("# none yet" in done.text) == ("# none yet" in free)


def test_mdx_has_elements_and_comments_of_its_own() -> None:
    """In MDX comments are braces, elements are closed, and no attribute is text that React refuses."""
    done = write(f"---\ntitle: x\n---\n\n{BODY}", set_for(BODY), "docusaurus", is_mdx=True).text
    assert "{/* article-images:supporting-1 */}\n<picture>\n  <img " in done
    assert "<!--" not in done
    assert "style=" not in done
    assert re.findall(r"<img [^>]*>", done) == re.findall(r"<img [^>]* />", done)
    assert parse_markdown(done.replace("title: x", "topic: x")).body == BODY


def test_where_html_is_left_out_a_picture_is_markdown() -> None:
    """DEV and Notion get plain pictures, whose text cannot end them."""
    image_set = set_for(BODY, topic="](x) *and* `code`")
    done = write(BODY, image_set, "notion").text
    assert "<picture>" not in done
    assert f"(<{HERO}>)\n<!-- /article-images -->" in done
    assert r"\]\(x\) \*and\* \`code\`" in done
    assert without_inserted(done) == BODY


def test_only_what_is_durable_is_written() -> None:
    """A picture that is not in the bucket is named and not written; one of an earlier run stays in its place."""
    whole = set_for(BODY)
    lost = [
        image.model_copy(update={"durable": False, "status": "provider_url", "url": "https://replicate.delivery/x"})
        if image.name in {"hero", "supporting-1"}
        else image
        for image in whole.images
    ]
    poor = whole.model_copy(update={"images": lost})
    done = write(BODY, poor, "plain")
    assert "replicate.delivery" not in done.text
    assert "article-images:supporting-1" not in done.text
    assert {"hero: is not stored: left out", "supporting-1: is not stored: left out"} <= set(done.left)
    full = write(BODY, whole, "plain").text
    assert write(full, poor, "plain").text == full


def test_a_picture_follows_its_heading_and_goes_with_it() -> None:
    """Another plan moves pictures to other headings and takes away those it lacks; one that was moved by hand stays."""
    full = write(BODY, set_for(BODY), "plain").text
    moved = full.replace("## Corn", "## Barley\n\n## Corn")
    shorter = BODY.replace("## Milk\n\nWhite.\n\n", "").replace("## Corn\n\n", "")
    again = write(moved, set_for(shorter), "plain").text
    assert "article-images:supporting-2" not in again
    assert re.search(r"## Tea\n<!-- article-images:supporting-1 -->", again)
    by_hand = without_inserted(full).replace(
        "Bread.", "Bread.\n\n" + full[full.index("<!-- article-images:supporting-1") :].partition("\n\n")[0]
    )
    assert write(by_hand, set_for(BODY), "plain").text.index("supporting-1") > by_hand.index("Bread.")


def test_samples_in_code_are_nobodys_pictures() -> None:
    """Comments of ours within code are text of the article, and headings there are none; a broken pair is noticed."""
    sample = "<!-- article-images:hero -->\n<picture></picture>\n<!-- /article-images -->\n"
    body = f"How it looks:\n\n```html\n## Milk\n{sample}```\n\n{BODY}"
    done = write(body, set_for(BODY), "plain").text
    assert without_inserted(done) == body
    assert done.count("article-images:hero -->") == 2
    assert re.search(r"## Milk\n\n<!-- article-images:supporting-1", done)
    assert not has_broken(done)
    assert has_broken(done.replace("\n<picture>", "\n\n<picture>", 1).replace("```html", "").replace("```", ""))


def test_the_fields_of_all_dialects_mean_nothing_when_an_article_is_read() -> None:
    """What is written into a front matter is passed over when the article is read again."""
    assert {name for dialect in DIALECTS.values() for name in dialect.fields} <= PICTURE_FIELDS
