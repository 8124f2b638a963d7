"""Gallery, page and table: what people see, and that nothing from outside can steer it."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from imaging.articles.article import Article
from imaging.entry import described, failed
from imaging.pages import gallery
from imaging.pages.page import html_page
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage
from imaging.spec import ImageSpec
from tests.conftest import FEW

THUMBNAIL = "data:image/webp;base64,UklGRg+/AA=="
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "<https://evil.example> https://evil.example",
    "a | b || c |",
    "`code` ``` ~~~",
    "one\n\n# two\n\n- three\r\n| a | b |\n| --- | --- |",
    "**bold** _it_ ~~no~~ \\",
    "{{ 7 * 7 }} {% raw %} &lt;b&gt; &amp;",
    "--- \n===\n<!-- x",
]


class Page(HTMLParser):
    """What a browser would make of the page: tags with attributes, and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str, attribute: str) -> list[str | None]:
        return [attributes.get(attribute) for name, attributes in self.tags if name == tag]

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        """Tags and the names of their attributes: what hostile words must not change."""
        return [(tag, sorted(attributes)) for tag, attributes in self.tags]

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def rendered(markdown: str) -> Page:
    """The Markdown as the UI shows it: raw HTML allowed, tables on."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def stored(spec: ImageSpec, **fields: Any) -> Image:
    facts: dict[str, Any] = {
        "digest": spec.digest, "key": f"{spec.stem}.png", "content_type": "image/png", "width": spec.size[0],
        "height": spec.size[1], "bytes": 1_234_567, "sha256": "a" * 64, "md5": "b" * 32, "cost_usd": 0.025,
    }  # fmt: skip
    image = StoredImage(**(facts | fields))
    return described(spec, image, reused=False, url=f"https://images.example/{image.key}?a=1&b=2")


def a_set(words: str = "Tee", error: str = "it was refused", url: str = "https://replicate.delivery/x.png") -> ImageSet:
    """A set of seven: the second failed, the third has the provider's URL, the fourth is kept as data."""
    specs = Planner(Article(topic="Tee"), "tee", ModelTable(), ()).specs()
    specs = [spec.model_copy(update={"alt_text": f"alt {spec.name} {words}"}) for spec in specs]
    images = [stored(spec) for spec in specs]
    images[0] = stored(specs[0], note=f"made anew: {words}")
    images[1] = failed(specs[1], error)
    images[2] = stored(specs[2], fallback_url=url, trouble=error)
    images[3] = stored(specs[3], fallback_url="data:image/png;base64," + "A" * 1000, trouble=error)
    return ImageSet(
        user_id="default", slug="tee", topic=words, article_id=None, images=images, problems=[error],
        manifest_url="https://images.example/default/tee/manifest.json",
    )  # fmt: skip


def thumbnails(image_set: ImageSet) -> dict[str, str]:
    return {image.name: THUMBNAIL for image in image_set.images if image.status != "failed"}


def both(image_set: ImageSet) -> list[Page]:
    small = thumbnails(image_set)
    return [rendered(gallery.markdown_gallery(image_set, small)), Page(html_page(image_set, small))]


def test_the_gallery_shows_every_picture_small_with_its_text_and_its_link() -> None:
    """Both galleries hold a thumbnail and an alternative text for each picture that exists, and link what lasts."""
    image_set = a_set()
    there = [image for image in image_set.images if image.status != "failed"]
    for page in both(image_set):
        assert set(page.all("img", "src")) == {THUMBNAIL}
        # What the page shows once more, as another place has it, is scenery.
        assert sorted(filter(None, page.all("img", "alt"))) == sorted(image.alt_text for image in there)
        links = set(page.all("a", "href"))
        assert links == {image.url for image in there if image.durable} | {image_set.manifest_url}
        shown = ("degraded", "0.150 USD", "Painted offline", "1.2 MB", "it was refused", "offline-painter", "made anew")
        for words in shown:
            assert words in page.text


def test_pictures_fit_into_the_uis_page() -> None:
    """Each thumbnail has a width: plain Markdown images would fill the page."""
    page = rendered(gallery.markdown_gallery(a_set(), thumbnails(a_set())))
    assert set(page.all("img", "width")) == {"180"}
    assert len([tag for tag, _ in page.tags if tag == "tr"]) == 1 + len(a_set().images)


def test_a_failed_picture_has_neither_picture_nor_link() -> None:
    """It is listed with its reason, and nothing can be clicked."""
    image_set = a_set().model_copy(update={"images": [a_set().images[1]], "manifest_url": None})
    for page in both(image_set):
        assert page.all("img", "src") == []
        assert page.all("a", "href") == []
        assert "failed" in page.text
        assert "it was refused" in page.text


def test_a_provider_url_is_never_linked_as_if_it_lasted() -> None:
    """A short-lived URL is not a link, and its status says so."""
    for page in both(a_set()):
        assert not any("replicate.delivery" in (link or "") for link in page.all("a", "href"))
        assert "not stored: provider's URL, short-lived" in page.text


def test_a_picture_without_a_thumbnail_is_shown_itself() -> None:
    """What an earlier manifest alone knows has no thumbnail; its own address stands in, as wide as the others."""
    page = rendered(gallery.markdown_gallery(a_set(), {}))
    assert page.all("img", "src")[0] == a_set().images[0].url
    assert set(page.all("img", "width")) == {"180"}


def letters(words: str) -> str:
    """Harmless words that are as long: they take as many lines."""
    return re.sub(r"\S", "x", words)


def test_long_words_are_in_lines_that_the_first_ui_has_room_for() -> None:
    """It does not wrap what stands in a table, and cuts it at the edge."""
    page = gallery.markdown_gallery(a_set("Milchzucker und seine zwei Bausteine " * 9), {})
    cells = [line for row in page.splitlines() if row.startswith("| **") for line in row.split("<br>")]
    assert max(len(line.replace("\\", "")) for line in cells if "Milchzucker" in line and "alt=" not in line) <= 82


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words(words: str) -> None:
    """Topics, alternative texts and errors add no tag, attribute, link, row or line, and read as they were written."""
    harmless, hostile = a_set(*2 * [letters(words)]), a_set(words, words)
    for expected, page in zip(both(harmless), both(hostile), strict=True):
        assert page.shape == expected.shape
        assert page.all("a", "href") == expected.all("a", "href")
        assert page.all("img", "src") == expected.all("img", "src")
        assert " ".join(words.split()) in page.text
        assert " ".join(words.split()) in " ".join((page.all("img", "alt")[0] or "").split())


@FEW
@given(
    st.text(alphabet="ab |<>[]()!`*_#-+=~\\&;:/.'\"\n\t{}%$^1", min_size=1, max_size=40).map(lambda text: f"x{text}x")
)
def test_any_words_leave_the_shape_of_the_gallery_alone(words: str) -> None:
    """No mixture of Markdown's and HTML's signs changes what the page is made of."""
    for expected, page in zip(both(a_set(*2 * [letters(words)])), both(a_set(words, words)), strict=True):
        assert page.shape == expected.shape


@pytest.mark.parametrize("tail", ["a|b", "a b", "a`b", 'a"b', "a<b>", "a\nb", "a\\b", "a'b", "a)b", "a&b"])
def test_a_strange_address_stays_in_its_place(tail: str) -> None:
    """A provider's or a bucket's URL cannot break the table or leave its attribute."""
    image_set = a_set(url=f"https://replicate.delivery/{tail}")
    images = [image.model_copy(update={"url": f"https://images.example/{tail}"}) for image in image_set.images[:1]]
    strange = image_set.model_copy(
        update={"images": [*images, *image_set.images[1:]], "manifest_url": f"https://images.example/{tail}"}
    )
    plain = Page(html_page(a_set(), {})), rendered(gallery.markdown_gallery(a_set(), {}))
    pages = Page(html_page(strange, {})), rendered(gallery.markdown_gallery(strange, {}))
    for page, expected in zip(pages, plain, strict=True):
        assert page.shape == expected.shape


def test_the_gallery_leads_to_the_page_in_the_bucket() -> None:
    """Where there is one, the gallery of the UI links it."""
    address = "https://images.example/default/tee/gallery.html"
    there = a_set().model_copy(update={"gallery_url": address})
    assert address in rendered(gallery.markdown_gallery(there, {})).all("a", "href")
    assert address not in rendered(gallery.markdown_gallery(a_set(), {})).all("a", "href")


def test_the_table_has_a_row_for_each_picture_in_the_plans_order() -> None:
    """Kind, status, size, maker, cost and URL stand in it."""
    rows = gallery.table(a_set())
    assert [row["image"] for row in rows] == [image.name for image in a_set().images]
    assert rows[0] == {
        "image": "hero", "kind": "hero", "status": "stored", "size": "2752x1536, 1.2 MB",
        "cost (USD)": "0.025", "url": a_set().images[0].url,
    }  # fmt: skip


@pytest.mark.parametrize("error", HOSTILE)
def test_the_table_holds_addresses_and_no_words_from_outside(error: str) -> None:
    """The UI reads cells as Markdown: an error is not printed there, a data URL only its beginning."""
    rows = gallery.table(a_set(error=error))
    assert rows == gallery.table(a_set())
    assert rows[1]["url"] == gallery.NONE
    assert re.fullmatch(r"data:image/png;base64,A{18}…", rows[3]["url"])
    assert max(len(cell) for row in rows for cell in row.values()) < 200


def test_a_terminal_is_told_why_a_picture_failed() -> None:
    """Where plain text is shown, the reason stands in the URL's place."""
    shown = [gallery.short_url(image) for image in a_set().images]
    assert shown[1] == "it was refused"
    assert all(len(url) < 200 for url in shown)


@pytest.mark.parametrize(("count", "words"), [(999, "1 KB"), (123_456, "123 KB"), (1_000_000, "1.0 MB"), (0, "0 KB")])
def test_sizes_are_told_in_pixels_and_bytes(count: int, words: str) -> None:
    """Bytes are rounded to what people compare; a picture that is missing has no size."""
    image = a_set().images[0]
    assert gallery.size(image.model_copy(update={"bytes": count})) == f"2752x1536, {words}"
    assert gallery.size(a_set().images[1]) == gallery.NONE
