"""Pictures in the fields of front matter: those of themes are filled in their shape, and an author's own stay."""

import tomllib
from typing import Any

import pytest
import yaml

from imaging.articles.files.picture_fields import PICTURE_FIELDS, THEME_FIELDS
from imaging.write_back.dialects import DIALECTS
from imaging.write_back.document import document_of
from imaging.write_back.fields import Target
from imaging.write_back.writing import Written, written_into
from tests.imaging.write_back.sets import set_for

HERO, CARD = "https://cdn.example/default/tee/hero.png", "https://cdn.example/default/tee/platform/facebook_og.png"
ALT, CARD_ALT = "Titelbild zum Artikel „Tee“", "Vorschaukarte für Facebook: Tee"


def write(text: str, dialect: str) -> Written:
    return written_into(document_of(text), set_for("Text"), Target(DIALECTS[dialect], is_mdx=False))


def fields_in(text: str) -> dict[str, Any]:
    document = document_of(text)
    loaded = tomllib.loads(document.inside) if document.kind == "toml" else yaml.safe_load(document.inside)
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize(
    ("dialect", "written", "expected", "in_text"),
    [
        (
            "hugo",  # PaperMod
            '---\ncover:\n    image: "" # or a path\n    alt: ""\n    relative: false\n---\n',
            {"cover": {"image": HERO, "alt": ALT, "relative": False}},
            False,
        ),
        (
            "hugo",
            '---\ncover: {image: , alt: "Mine", hidden: true}\n---\n',
            {"cover": {"image": HERO, "alt": "Mine", "hidden": True}},
            True,
        ),
        (
            "hugo",
            '+++\nfeatured_image = "" # Ananke\n[cover]\n  image = ""\n  alt = ""\n[[resources]]\nsrc = "a"\n+++\n',
            {"featured_image": HERO, "cover": {"image": HERO, "alt": ALT}, "resources": [{"src": "a"}]},
            False,
        ),
        ("hugo", '{\n  "cover": {"image": "", "x": 1}\n}\n', {"cover": {"image": HERO, "x": 1}}, False),
        ("hugo", "---\nthumbnail:\nimage: false\n---\n", {"thumbnail": HERO, "image": False}, True),
        (
            "jekyll",  # Minimal Mistakes
            "---\nheader:\n  overlay_image:\n  teaser: ''\n  og_image: ~ # card\n---\n",
            {"header": {"overlay_image": HERO, "teaser": HERO, "og_image": CARD}},
            False,
        ),
        (
            "jekyll",  # Chirpy
            "---\nimage:\n  path:\n  alt:\n  lqip: data:x\n---\n",
            {"image": {"path": CARD, "alt": CARD_ALT, "lqip": "data:x"}},
            True,
        ),
        (
            "astro",
            '---\nimage: { src: "", alt: "" }\nogImage: ""\n---\n',
            {"image": {"src": HERO, "alt": ALT}, "ogImage": CARD},
            False,
        ),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_fields_of_themes_are_filled_in_their_shape(
    dialect: str, written: str, expected: dict[str, Any], in_text: bool, ends: str
) -> None:
    """A theme shows the picture where its author has an empty field for it; the second time nothing changes.

    Comments stay. Where the page shows the field, the hero does not stand in the text as well.
    """
    text = f"{written}\nText\n".replace("\n", ends)
    done = write(text, dialect).text
    fields = fields_in(done)
    assert {name: fields[name] for name in expected} == expected
    assert ("article-images:hero" in done) == in_text
    assert all(comment in done for comment in ("# or a path", "# Ananke", "# card") if comment in text)
    assert document_of(done).body.endswith(f"{ends}Text{ends}")
    assert write(done, dialect).text == done


@pytest.mark.parametrize(
    ("dialect", "own", "name"),
    [
        ("astro", "image:\n  src: ../../assets/x.png\n  alt: Mine", "image"),
        ("astro", "image: {url: /x.png}", "image"),
        ("eleventy", "cover: {image: x.png, alt: ''}", "cover"),
        ("plain", "image: {caption: Mine}", "image"),
        ("hugo", "images: [{src: x.png}]", "images"),
        ("hugo", "cover:\n  image: x.png\n  alt: ''", "cover"),
        ("jekyll", "image:\n  path: x.png", "image"),
        ("jekyll", "header:\n  teaser: x.png", "header.teaser"),
    ],
)
def test_a_picture_of_the_authors_stays_in_any_shape(dialect: str, own: str, name: str) -> None:
    """A mapping or list with a picture of its author's is not replaced, and it is named."""
    done = write(f"---\n{own}\n---\nText\n", dialect)
    assert f"---\n{own}\n" in done.text
    assert [reason.partition(": has a picture of its own")[0] for reason in done.left] == [name]


def test_a_field_that_is_no_yaml_is_named_and_the_text_has_its_pictures() -> None:
    """One field that cannot be read does not cost the whole file its pictures."""
    done = write("---\ntitle: x\nimage: [a\n---\nText\n", "plain")
    assert done.text.startswith("---\ntitle: x\nimage: [a\n---\n<!-- article-images:hero -->\n")
    assert done.left == ["image: is no YAML: mend it, or take it out of the front matter"]


def test_the_fields_of_themes_mean_nothing_when_an_article_is_read() -> None:
    """Of what themes have, only `header` holds more than pictures, and is named as passed over."""
    assert {place[0] for place in THEME_FIELDS} - PICTURE_FIELDS == {"header"}
