"""Keys and cache headers: the contract's table."""

import hashlib

import pytest

from imaging.articles.article import Article
from imaging.names import keys
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.spec import ImageSpec
from imaging.validation import USER_ID

ARTICLE = Article(topic="Tee", user_id="bar", body="\n\n".join(f"## Teil {number}" for number in range(6)))
SPECS = {spec.name: spec for spec in Planner(ARTICLE, "tee", ModelTable(), {"replicate", "chutes"}).specs()}
SHA = "0123456789abcdef" * 4


def aspect(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@pytest.mark.parametrize(
    ("name", "extension", "key"),
    [
        ("hero", ".png", "bar/tee/hero.png"),
        ("supporting-1", ".png", f"bar/tee/supporting/{aspect('Teil 0')}.png"),
        ("supporting-2", ".webp", f"bar/tee/supporting/{aspect('Teil 1')}.webp"),
        ("comparison-juggernautxl", ".jpg", "bar/tee/comparison/juggernautxl_0123456789abcdef.jpg"),
        ("comparison-qwen-image", ".jpg", "bar/tee/comparison/qwen-image_0123456789abcdef.jpg"),
        ("linkedin", ".png", "bar/tee/platform/linkedin_og.png"),
        ("facebook", ".png", "bar/tee/platform/facebook_og.png"),
        ("instagram", ".png", "bar/tee/platform/instagram_01234567.png"),
        ("tiktok", ".png", "bar/tee/platform/tiktok_01234567.png"),
    ],
)
def test_each_picture_lies_under_the_contracts_key(name: str, extension: str, key: str) -> None:
    """Tenant and slug lead, then the contract's name, its hash where it has one, and the real extension."""
    assert keys.object_key(SPECS[name], SHA, extension) == key


def test_names_with_a_content_hash_are_cached_for_ever_and_others_are_not() -> None:
    """A year for what never changes, five minutes for what a refresh overwrites, nothing for the manifest."""
    year, short = "public, max-age=31536000, immutable", "public, max-age=300"
    assert {name: keys.cache_control(spec) for name, spec in SPECS.items()} == {
        "hero": short,
        "supporting-1": short,
        "supporting-2": short,
        "comparison-juggernautxl": year,
        "comparison-qwen-image": year,
        "linkedin": short,
        "facebook": short,
        "instagram": year,
        "tiktok": year,
    }
    assert keys.NO_CACHE == "no-cache"


def test_a_cached_name_follows_the_bytes() -> None:
    """Where the header says immutable, other bytes have another key."""
    for spec in SPECS.values():
        same = keys.object_key(spec, SHA, ".png") == keys.object_key(spec, SHA[::-1], ".png")
        assert same == (keys.cache_control(spec) == keys.SHORT)


def test_the_manifest_and_the_claim_lie_apart_from_any_tenant() -> None:
    """The manifest lies beside the images; folders of our own begin with what no tenant's name begins with."""
    assert keys.prefix("bar", "tee") == "bar/tee/"
    assert keys.manifest_key("bar", "tee") == "bar/tee/manifest.json"
    assert keys.gallery_key("bar", "tee") == "bar/tee/gallery.html"
    assert keys.claim_key("bar", "tee") == "_claims/bar/tee.json"
    assert keys.RESULTS_FOLDER.startswith("_")
    assert "_" not in USER_ID.partition("]")[0]


def test_a_durable_url_has_room_behind_the_longest_key() -> None:
    """The longest tenant and slug leave more than 200 of a URL's 500 characters to the address in front."""
    specs: list[ImageSpec] = Planner(
        ARTICLE.model_copy(update={"user_id": "u" * 64}), "s" * 80, ModelTable(), {"replicate", "chutes"}
    ).specs()
    assert max(len(keys.object_key(spec, SHA, ".png.w1920.avif")) for spec in specs) < 300


def test_notes_and_reports_keep_their_keys() -> None:
    """What an earlier version has noted of an article, or reported on a tenant, is found under the same key."""
    assert keys.known_key("bar", "id 7") == f"_claims/bar/_known/{hashlib.sha256(b'id 7').hexdigest()[:32]}.json"
    assert keys.report_key("bar", "2026-11", "json") == "_reports/bar/2026-11.json"
    assert keys.report_key(None, "2026-11", "csv") == "_reports/_all/2026-11.csv"


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ("bar/tee/hero.w960.avif", ("avif", 960)),
        ("bar/tee/hero.png", None),
        ("bar/tee/hero_0123456789abcdef.png", None),
        ("bar/tee/hero.w960.old.avif", None),
        ("bar/tee/hero.w0960.avif", None),
        ("bar/tee/hero.w.avif", None),
        ("bar/tee/supporting/hero.w960.avif", None),
    ],
)
def test_a_web_format_is_known_by_its_key(other: str, found: tuple[str, int] | None) -> None:
    """Format and width are read from exactly the keys that are given to this picture's web formats."""
    assert keys.variant_at("bar/tee/hero.png", other) == found
