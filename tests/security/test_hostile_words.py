"""No word from outside becomes more than a word, in gallery, page and table."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import ValidationError

from imaging.articles.article import Article
from imaging.entry import described, failed
from imaging.pages import gallery
from imaging.pages.page import html_page
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage
from tests.conftest import FEW
from tests.security.markup import HOSTILE, OURS, Tags, rendered


def visible(words: str) -> str:
    """What of the words an id may hold."""
    return "".join(sign for sign in words if sign.isprintable()).strip()


def a_set(words: str, address: str = "https://replicate.delivery/x.png") -> ImageSet:
    """A set in which `words` stand wherever words from outside may stand."""
    body = "".join(f"## Section {number}\n\ntext\n\n" for number in range(6))  # of markup, no words would be left
    topic = " ".join(words.split())[:300]
    article = Article(topic=topic, excerpt=words, body=body, article_id=visible(words)[:200] or None, language="en")
    specs = Planner(article, "milk", ModelTable(), ()).specs()
    specs = [spec.model_copy(update={"alt_text": f"{words} {spec.alt_text}", "prompt": words}) for spec in specs]
    images: list[Image] = []
    for spec in specs:
        facts: dict[str, Any] = {
            "digest": spec.digest, "key": f"default/milk/{spec.name}.png", "content_type": "image/png", "width": 8,
            "height": 8, "bytes": 9, "sha256": "a" * 64, "md5": "b" * 32, "cost_usd": 0.0,
        }  # fmt: skip
        image = StoredImage(**facts)
        images.append(described(spec, image, reused=False, url=f"https://images.example/{image.key}"))
    images[0] = failed(specs[0], words)
    lost = {"fallback_url": address, "trouble": words}
    images[1] = described(specs[1], StoredImage(**facts | lost), reused=False, url="-")
    return ImageSet(
        user_id="default", slug="milk", topic=article.topic, article_id=article.article_id, images=images,
        problems=[words], manifest_url="https://images.example/default/milk/manifest.json",
    )  # fmt: skip


def without_lines(page: Tags) -> list[Any]:
    """The page's elements but for line breaks: longer words take more lines."""
    return [element for element in page.shape if element[0] != "br"]


def check_shape(harmless: ImageSet, hostile: ImageSet, thumbnails: dict[str, str] | None = None) -> None:
    """Assert that gallery and page are made of the same elements, and lead to the same places."""
    shown = thumbnails or {}
    for expected, found in (
        (rendered(gallery.markdown_gallery(harmless, shown)), rendered(gallery.markdown_gallery(hostile, shown))),
        (Tags(html_page(harmless, shown)), Tags(html_page(hostile, shown))),
    ):
        assert without_lines(found) == without_lines(expected)
        assert found.addresses == expected.addresses
    markdown = gallery.markdown_gallery(hostile, shown)
    tags = [tag for tag, _ in rendered(markdown).found]
    assert tags.count("br") == len(re.findall(r"(?<!\\)<br>", markdown))  # none but ours
    assert set(tags) <= OURS


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_add_no_element(words: str) -> None:
    """Markup, Markdown and templates in topic, excerpt, headings, alt texts and errors add no tag and no link."""
    check_shape(a_set("Milk"), a_set(words))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_out_of_the_table(words: str) -> None:
    """The table's cells, which the UI reads as Markdown, hold no word from outside."""
    harmless, hostile = gallery.table(a_set("Milk")), gallery.table(a_set(words))
    assert hostile == harmless
    for cell in (cell for row in hostile for cell in row.values()):
        assert not Tags(MarkdownIt("commonmark", {"html": True}).renderInline(cell)).found


@pytest.mark.parametrize(
    "tail",
    [
        "a.png?<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](//evil.example)", "a.png)\n# x", "a|b",
        "**b**~~c~~", "a'onerror='alert(1)", 'a" onerror="alert(1)', "`b`", "\\",
    ],
)  # fmt: skip
def test_a_vendors_address_is_an_address_and_no_markup(tail: str) -> None:
    """The address that a vendor names may hold Markdown or HTML; in gallery, page and table it becomes neither."""
    hostile = a_set("Milk", f"https://replicate.delivery/{tail}")
    plain = {image.name: "data:image/webp;base64,AA==" for image in hostile.images if image.status != "failed"}
    check_shape(a_set("Milk"), hostile, plain)
    assert (
        rendered(gallery.markdown_gallery(hostile, {})).shape
        == rendered(gallery.markdown_gallery(a_set("Milk"), {})).shape
    )
    cell = gallery.table(hostile)[1]["url"]
    assert not Tags(MarkdownIt("commonmark", {"html": True}).enable("strikethrough").renderInline(cell)).found


def test_templates_in_words_are_not_evaluated() -> None:
    """Braces and percent signs come out of gallery, page and manifest as they went in."""
    words = "{{ 7 * 7919 }} {% raw %} ${7*7919} {topic} %s"
    hostile = a_set(words)
    assert "55433" not in html_page(hostile, {})
    assert words in html_page(hostile, {})
    assert "55433" not in gallery.markdown_gallery(hostile, {})
    assert json.loads(hostile.model_dump_json())["topic"] == words


@FEW
@given(st.text(min_size=1, max_size=60))
def test_any_words_leave_gallery_and_page_as_they_are(words: str) -> None:
    """Text of any script and with any sign changes nothing about what gallery and page are made of."""
    try:
        hostile = a_set(f"x{words}")
    except ValidationError:
        return
    harmless = a_set("Milk")
    if len(hostile.images) == len(harmless.images):
        check_shape(harmless, hostile)
