"""The `<picture>` element: what a browser makes of it is what the image is."""

from html.parser import HTMLParser

from imaging.entry import located
from imaging.record import Image, Variant
from tests.imaging.test_record import entry


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def variant(image_format: str, width: int) -> Variant:
    key = f"default/milk/hero.w{width}.{image_format}"
    return Variant.model_validate({
        "format": image_format, "width": width, "height": width // 2, "bytes": 9,
        "content_type": f"image/{image_format}", "key": key, "url": f"https://cdn.example/{key}",
    })  # fmt: skip


def shown(image: Image) -> list[tuple[str, dict[str, str | None]]]:
    assert image.picture_html
    return _Tags(image.picture_html).tags


def test_the_best_format_comes_first_and_the_original_last() -> None:
    """AVIF, then WebP, each with its widths, then the picture itself with its size, text and colour."""
    variants = [variant(name, width) for name in ("webp", "avif") for width in (960, 480)]
    image = entry().model_copy(update={"variants": variants, "dominant_color": "#b5532a"})
    tags = shown(image)
    assert [tag for tag, _ in tags] == ["picture", "source", "source", "img"]
    assert [attributes.get("type") for _, attributes in tags[1:3]] == ["image/avif", "image/webp"]
    assert tags[1][1]["srcset"] == (
        "https://cdn.example/default/milk/hero.w480.avif 480w, https://cdn.example/default/milk/hero.w960.avif 960w"
    )
    assert tags[1][1]["sizes"]
    img = tags[3][1]
    assert (img["src"], img["width"], img["height"]) == (image.url, str(image.width), str(image.height))
    assert img["style"] == "background-color: #b5532a"


def test_without_web_formats_it_is_the_picture_alone() -> None:
    """A browser still finds something to show; what is not durable has no element."""
    assert [tag for tag, _ in shown(entry())] == ["picture", "img"]
    assert entry().model_copy(update={"durable": False}).picture_html is None


def test_no_text_of_an_article_becomes_markup() -> None:
    """An alternative text with quotes, tags and line breaks is an attribute's value and nothing more."""
    text = 'a "quoted" <script>alert(1)</script>\n& more'
    assert shown(entry().model_copy(update={"alt_text": text}))[-1][1]["alt"] == " ".join(text.split())


def test_the_address_in_front_may_change() -> None:
    """All URLs of an entry follow the keys: the image's, its web formats', its pinned copy's, those in the element."""
    image = entry().model_copy(update={"variants": [variant("avif", 480)], "pinned_key": "default/milk/hero_ab.png"})
    moved = located(image, lambda key: f"https://new.example/{key}")
    assert moved.pinned_url == "https://new.example/default/milk/hero_ab.png"
    assert moved.variants[0].url == "https://new.example/default/milk/hero.w480.avif"
    assert "https://cdn.example" not in str(moved.picture_html)
