"""The record: entries of the set, its status and costs, and the manifest's JSON."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from imaging.articles.article import Article
from imaging.entry import as_stored, described, failed
from imaging.kinds import Kind
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage, Variant

SPECS = Planner(Article(topic="Tee"), "tee", ModelTable(), ("replicate", "chutes")).specs()
HERO = SPECS[0]
URL = "https://images.example/default/tee/hero.png"
SET_FIELDS = {
    "schema_version", "user_id", "slug", "topic", "article_id", "status", "created_at", "flow_run_id", "cost_usd",
    "manifest_url", "images",
}  # fmt: skip
IMAGE_FIELDS = {
    "name", "kind", "platform", "status", "durable", "url", "key", "content_type", "width", "height", "bytes", "sha256",
    "alt_text", "provider", "model", "prompt", "cost_usd", "prediction_id", "fallback_from", "error", "variants",
}  # fmt: skip


def stored(**fields: Any) -> StoredImage:
    facts: dict[str, Any] = {
        "digest": HERO.digest,
        "key": "default/tee/hero.png",
        "content_type": "image/png",
        "width": 2752,
        "height": 1536,
        "bytes": 123,
        "sha256": "a" * 64,
        "md5": "b" * 32,
        "cost_usd": 0.06,
        "prediction_id": "p1",
        "note": "made anew, since an earlier one came to nothing",
        "thumbnail": "data:image/webp;base64,AAAA",
        "preview": "data:image/webp;base64,BBBB",
    }
    return StoredImage(**(facts | fields))


def entry(*, reused: bool = False, **fields: Any) -> Image:
    return described(HERO, stored(**fields), reused=reused, url=URL)


def image_set(*images: Image, **fields: Any) -> ImageSet:
    return ImageSet(user_id="default", slug="tee", topic="Tee", article_id=None, images=list(images), **fields)


def test_the_json_has_the_contracts_fields() -> None:
    """Set, image and variant carry every field of the contract under its name."""
    variant = Variant(
        format="webp", width=960, height=536, bytes=9, content_type="image/webp", key="k.w960.webp", url="https://x"
    )
    document = json.loads(image_set(entry().model_copy(update={"variants": [variant]})).model_dump_json())
    assert set(document) >= SET_FIELDS
    assert set(document["images"][0]) >= IMAGE_FIELDS
    assert document["schema_version"] == 1
    assert document["images"][0]["kind"] == "hero"
    assert document["images"][0]["variants"] == [
        {"format": "webp", "width": 960, "height": 536, "bytes": 9, "content_type": "image/webp", "key": "k.w960.webp",
         "url": "https://x", "md5": None}
    ]  # fmt: skip


def test_the_json_holds_no_thumbnail() -> None:
    """What is there for the gallery alone does not swell manifest and event."""
    assert "base64" not in image_set(entry()).model_dump_json()


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    """The set survives its own JSON, the computed status and cost included."""
    images = (entry(), entry(reused=True), failed(HERO, "no"), entry(fallback_url="data:image/png;base64,AAAA"))
    whole = image_set(*images, problems=["no manifest: down"], flow_run_id="f", manifest_url="https://x/manifest.json")
    again = ImageSet.model_validate_json(whole.model_dump_json(indent=1))
    assert again == whole
    assert (again.status, again.cost_usd, again.troubles) == (whole.status, whole.cost_usd, whole.troubles)
    assert ImageSet.model_validate(whole.model_dump(mode="json")) == whole
    assert again.model_dump_json() == whole.model_dump_json()


def test_a_manifest_with_fields_of_a_later_version_is_read() -> None:
    """What a newer version added does not make its manifests unreadable."""
    document = json.loads(image_set(entry()).model_dump_json())
    document["later"] = document["images"][0]["later"] = 1
    assert ImageSet.model_validate(document) == image_set(entry()).model_copy(
        update={"created_at": document["created_at"]}
    )


@pytest.mark.parametrize(
    ("image", "status", "durable", "url", "cost"),
    [
        (entry(), "stored", True, URL, 0.06),
        (entry(reused=True), "reused", True, URL, 0),
        (entry(fallback_url="https://replicate.delivery/x.png", trouble="down"), "provider_url", False,
         "https://replicate.delivery/x.png", 0.06),
        (entry(fallback_url="data:image/png;base64,AA", trouble="down"), "inline", False,
         "data:image/png;base64,AA", 0.06),
        (failed(HERO, "refused"), "failed", False, None, 0),
    ],
)  # fmt: skip
def test_the_status_says_where_the_picture_is(
    image: Image, status: str, durable: bool, url: str | None, cost: float
) -> None:
    """Only what lies in the bucket is durable and has a key; what was reused or failed costs nothing."""
    assert (image.status, image.durable, image.url, image.cost_usd) == (status, durable, url, cost)
    assert (image.key is not None) == durable
    assert (image.error is not None) == (not durable)
    assert (image.name, image.alt_text, image.prompt, image.digest) == (
        HERO.name, HERO.alt_text, HERO.prompt, HERO.digest,
    )  # fmt: skip


def test_a_failed_picture_has_nothing_but_its_plan_and_its_reason() -> None:
    """No URL, key, type, size or hash stands in a failed entry."""
    image = failed(HERO, "refused").model_dump()
    assert image["error"] == "refused"
    nothing = ["url", "key", "content_type", "width", "height", "bytes", "sha256", "md5", "prediction_id"]
    assert all(image[name] is None for name in nothing)


def test_a_set_is_complete_when_every_picture_is_durable_and_nothing_went_wrong() -> None:
    """Stored and reused pictures make a complete set; any fallback, loss or problem a degraded one that says why.

    What there is to know of how a picture was made is no trouble.
    """
    assert entry().note == stored().note is not None
    fallback = entry(fallback_url="https://replicate.delivery/x.png", trouble="bucket is down")
    other_model = entry().model_copy(update={"fallback_from": "black-forest-labs/flux-1.1-pro-ultra"})
    assert image_set(entry(), entry(reused=True)).status == "complete"
    assert image_set(entry()).troubles == []
    assert image_set(entry(), fallback).troubles == ["hero: provider_url (bucket is down)"]
    assert image_set(failed(HERO, "refused")).troubles == ["hero: failed (refused)"]
    two = failed(HERO, "refused"), failed(HERO.model_copy(update={"name": "tiktok"}), "refused")
    assert image_set(*two, failed(HERO, "late")).troubles == ["hero, tiktok: failed (refused)", "hero: failed (late)"]
    assert image_set(entry(), problems=["no manifest: down"]).troubles == ["no manifest: down"]
    degraded = (
        image_set(fallback), image_set(failed(HERO, "no")), image_set(entry(), problems=["x"]), image_set(other_model),
    )  # fmt: skip
    assert {one.status for one in degraded} == {"degraded"}


def test_costs_add_up_without_the_dust_of_floating_point() -> None:
    """A hundred images at 0.1 cent cost ten cents, not 0.10000000000000007."""
    assert image_set(*[entry(cost_usd=0.001)] * 100).cost_usd == 0.1
    prices = [spec.price_usd for spec in SPECS]
    assert image_set(*(entry(cost_usd=price) for price in prices)).cost_usd == 0.122


def test_a_manifests_entry_names_the_object_that_lies_in_the_bucket() -> None:
    """A durable entry can be reused for nothing; one that is not durable names no object."""
    again = as_stored(entry())
    assert again == stored(cost_usd=0.0, thumbnail=None, preview=None)
    assert as_stored(failed(HERO, "no")) is None
    assert as_stored(entry(fallback_url="https://replicate.delivery/x.png")) is None
    assert entry(reused=True).model_dump(exclude={"status", "cost_usd"}) == entry().model_dump(
        exclude={"status", "cost_usd"}
    )


def test_a_stored_image_survives_json() -> None:
    """What the cache keeps comes back as it was."""
    assert StoredImage.model_validate_json(stored().model_dump_json()) == stored()


class _Head(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.metas: dict[str, str | None] = {}
        self.script = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        if tag == "meta":
            self.metas[str(fields.get("property") or fields.get("name"))] = fields["content"]

    def handle_data(self, data: str) -> None:
        self.script += data.strip()


def test_the_head_names_the_pictures_of_the_page() -> None:
    """A durable card is the preview, else the hero; search engines get hero and supporting ones; all is escaped."""
    hero = entry().model_copy(update={"alt_text": 'A "cup" <b>& saucer</b>\n'})
    card = hero.model_copy(update={"name": "facebook", "kind": Kind.CARD, "url": "https://x/card.png?a=1&b=2"})
    topic = "</script><script>alert(1)</script>"
    whole = image_set(hero, card).model_copy(update={"topic": topic})
    head = _Head(str(whole.head_html))
    assert head.metas == {
        "og:image": card.url, "og:image:secure_url": card.url, "og:image:type": "image/png",
        "og:image:width": "2752", "og:image:height": "1536", "og:image:alt": 'A "cup" <b>& saucer</b>',
        "twitter:card": "summary_large_image", "twitter:image": card.url,
        "twitter:image:alt": 'A "cup" <b>& saucer</b>',
    }  # fmt: skip
    linked = json.loads(head.script)
    assert (linked["headline"], [one["url"] for one in linked["image"]]) == (topic, [URL])
    lost = card.model_copy(update={"durable": False, "status": "provider_url"})
    assert _Head(str(image_set(hero, lost).head_html)).metas["og:image"] == URL
    assert image_set(lost).head_html is None


def test_a_supporting_picture_knows_its_heading() -> None:
    """The section goes from the plan through the set and its JSON; the digest does not know it."""
    body = "\n\n".join(f"## {name}\n\nText." for name in ("Milk", "Tea & Co.", "Rye", "Oats"))
    planned = [one for one in Planner(Article(topic="Tee", body=body), "tee", ModelTable(), ()).specs() if one.section]
    [spec] = planned
    image = described(spec, stored(digest=spec.digest), reused=False, url=URL)
    document = json.loads(image_set(image).model_dump_json())["images"][0]
    assert (document["section"], document["purpose"]) == (
        {"heading": "Milk", "anchor": "milk"}, "below a heading of the article",
    )  # fmt: skip
    assert spec.model_copy(update={"section": None}).digest == spec.digest
    assert Image.model_validate({**document, "section": None}).section is None
    del document["section"], document["purpose"]  # as an earlier version has stored it
    assert Image.model_validate(document).section is None
