"""The flow on real articles, against vendors on a socket and a real bucket."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.cli import read_article
from imaging.articles.article import Article, Brand
from imaging.errors import ConfigurationError, InvalidInput
from imaging.keys import RESULTS_FOLDER
from imaging.pages.public import public_document
from imaging.record import ImageSet
from imaging.spec import Kind
from tests.conftest import EXAMPLES
from tests.world import World, command, open_world, run_set, run_state, set_of

GERMAN = EXAMPLES / "laktoseintoleranz-und-laktase.md"
SLUG = "laktoseintoleranz-und-laktase"
NAMES = [
    "hero", "supporting-1", "supporting-2", "comparison-juggernautxl", "comparison-qwen-image",
    "linkedin", "facebook", "instagram", "tiktok",
]  # fmt: skip


@pytest.fixture
def german() -> Article:
    return read_article(str(GERMAN))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, prefect_api: str, storage: Path) -> Iterator[tuple[World, ImageSet]]:
    """A world in which one run has made one long article, for the tests that only look at what came of it."""
    root = tmp_path_factory.mktemp("made")
    with open_world(root, storage) as world:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(root)
            world.enter(patch)
            image_set = run_set(read_article(str(GERMAN)))
        yield world, image_set


def test_one_article_costs_what_the_table_says_and_lies_under_the_contracts_keys(made: tuple[World, ImageSet]) -> None:
    """One long article makes five predictions, two Chutes calls and nine images, and costs their list prices."""
    world, image_set = made

    assert world.paid == (5, 2)
    assert world.replicate.created("black-forest-labs/flux-1.1-pro-ultra") == 1
    assert world.replicate.created("black-forest-labs/flux-dev") == 4
    assert image_set.status == "complete"
    assert [image.name for image in image_set.images] == NAMES
    assert {image.status for image in image_set.images} == {"stored"}
    assert image_set.cost_usd == 0.172
    assert [image.cost_usd for image in image_set.images] == [0.06, 0.025, 0.025, 0.006, 0.006, 0, 0, 0.025, 0.025]

    by_name = {image.name: image for image in image_set.images}
    folder = f"default/{SLUG}"
    assert by_name["hero"].key == f"{folder}/hero.png"
    for name in ("comparison-juggernautxl", "comparison-qwen-image"):
        model = name.removeprefix("comparison-")
        assert by_name[name].key == f"{folder}/comparison/{model}_{(by_name[name].sha256 or '')[:16]}.jpg"
    for name in ("instagram", "tiktok"):
        assert by_name[name].key == f"{folder}/platform/{name}_{(by_name[name].sha256 or '')[:8]}.png"
    assert by_name["linkedin"].key == f"{folder}/platform/linkedin_og.png"
    assert by_name["linkedin"].sha256 == by_name["facebook"].sha256
    assert set(world.objects()) == {image.key for image in image_set.images} | {
        f"{folder}/manifest.json",
        f"{folder}/gallery.html",
    }


def test_every_url_is_readable_without_a_signature_and_is_what_the_set_says(made: tuple[World, ImageSet]) -> None:
    """What a plain GET of an image's URL returns has the set's type, size and hash, and every picture differs."""
    _, image_set = made
    hashes = set()
    for image in image_set.images:
        answer = httpx.get(image.url or "")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == image.content_type
        assert len(answer.content) == image.bytes
        assert hashlib.sha256(answer.content).hexdigest() == image.sha256
        assert len(image.url or "") <= 500
        hashes.add(image.sha256)
    assert len(hashes) == 8  # the two cards are one drawing


def test_objects_carry_type_caching_and_their_hash(made: tuple[World, ImageSet]) -> None:
    """Hashed names are cached for ever, fixed ones for minutes, manifest and page not at all; metadata has the hash."""
    world, image_set = made
    client = world.store.bucket.credentials.get_client("s3")
    for image in image_set.images:
        head = client.head_object(Bucket=world.bucket.name, Key=image.key)
        hashed = image.kind in {Kind.COMPARISON, Kind.SOCIAL}
        assert head["CacheControl"] == ("public, max-age=31536000, immutable" if hashed else "public, max-age=300")
        assert head["ContentType"] == image.content_type
        assert {name.lower(): value for name, value in head["Metadata"].items()}["sha256"] == image.sha256
    for name, content_type in (("manifest.json", "application/json"), ("gallery.html", "text/html; charset=utf-8")):
        head = client.head_object(Bucket=world.bucket.name, Key=f"default/{SLUG}/{name}")
        assert (head["CacheControl"], head["ContentType"]) == ("no-cache", content_type)


def test_the_gallery_page_lies_beside_the_manifest(made: tuple[World, ImageSet]) -> None:
    """A plain GET of `gallery_url` returns the page, with every picture in it and a link to each."""
    _, image_set = made
    page = httpx.get(image_set.gallery_url or "").text
    assert page.count('src="data:image/webp;base64,') == 9 + 2  # hero and card once more, as others show them
    assert all(f'href="{image.url}"' in page for image in image_set.images)
    assert f'href="{image_set.manifest_url}"' in page


def test_the_manifest_is_the_set(made: tuple[World, ImageSet]) -> None:
    """`manifest.json` holds what the flow returned, in words for the public; the record of the run all of it."""
    world, image_set = made
    assert httpx.get(image_set.manifest_url or "").text == public_document(image_set, prompts=False)
    record = world.store.get_json(f"{RESULTS_FOLDER}/{image_set.user_id}/{image_set.slug}/manifest.json")
    assert record == json.loads(image_set.model_dump_json())


def test_the_event_says_what_the_flow_returned(world: World, german: Article, prefect_api: str) -> None:
    """`article-images.completed`, or `.degraded`, reaches the API with the image set as its payload."""
    complete = run_set(german, [Kind.CARD])
    world.replicate.fault("create", 422, times=None)
    degraded = run_set(german, [Kind.HERO])
    for image_set, event in ((complete, "article-images.completed"), (degraded, "article-images.degraded")):
        assert json.loads(image_set.model_dump_json()) in payloads(prefect_api, event, image_set)


def payloads(api: str, event: str, image_set: ImageSet) -> list[object]:
    """The payloads of an article's events of this name; they arrive some seconds after the run."""
    resource = f"article-images.{image_set.user_id}.{image_set.slug}"
    query = {"filter": {"event": {"name": [event]}, "resource": {"id": [resource]}}}
    for _ in range(60):
        events = httpx.post(f"{api}/events/filter", json=query).json()["events"]
        found: list[object] = [event["payload"] for event in events]
        if any(isinstance(one, dict) and one["flow_run_id"] == image_set.flow_run_id for one in found):
            return found
        time.sleep(0.5)
    return []


def test_a_second_run_in_another_process_pays_nothing_and_writes_no_image(
    world: World, german: Article, prefect_api: str
) -> None:
    """The cache is shared by processes: the second run reuses all nine, pays nothing, uploads nothing."""
    run_set(german)
    before = world.objects()
    done = command("run", str(GERMAN), "--json", prefect_api=prefect_api)
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert [image["status"] for image in again["images"]] == ["reused"] * 9
    assert again["cost_usd"] == 0
    assert world.paid == (5, 2)
    manifest = f"default/{SLUG}/manifest.json"
    assert {key: mark for key, mark in world.objects().items() if key != manifest} == {
        key: mark for key, mark in before.items() if key != manifest
    }


def test_a_deleted_object_alone_is_made_anew(world: World, german: Article) -> None:
    """An object that was deleted behind our back is noticed and made anew; the others are reused."""
    keys = {image.name: image.key or "" for image in run_set(german).images}
    # What Replicate made within the hour is collected again and costs nothing twice; Chutes keeps nothing.
    for name, paid, cost_usd in (
        ("hero", (5, 2), 0), ("facebook", (5, 2), 0), ("tiktok", (5, 2), 0), ("comparison-qwen-image", (5, 3), 0.006),
    ):  # fmt: skip
        world.delete(keys[name])
        again = run_set(german)
        assert {image.name for image in again.images if image.status == "stored"} == {name}
        assert {image.status for image in again.images if image.name != name} == {"reused"}
        assert {image.key for image in again.images} <= set(world.objects())
        assert (world.paid, again.cost_usd) == (paid, cost_usd)
        keys = {image.name: image.key or "" for image in again.images}


def test_a_deleted_object_whose_prediction_is_gone_is_paid_for_once_more(world: World, german: Article) -> None:
    """After the vendor's hour only a new prediction helps, and it is the only one."""
    run_set(german)
    world.delete(f"default/{SLUG}/hero.png")
    world.replicate.expire()
    again = run_set(german)
    assert again.status == "complete"
    assert world.paid == (6, 2)
    assert again.cost_usd == 0.06


def test_lost_records_do_not_cost_anything_while_the_manifest_knows(world: World, german: Article) -> None:
    """Without the cached results the manifest and the bucket's listing still say what is there."""
    import shutil

    run_set(german)
    shutil.rmtree(world.bucket / "_results")
    again = run_set(german)
    assert {image.status for image in again.images} == {"reused"}
    assert world.paid == (5, 2)


def test_refresh_makes_everything_anew(world: World, german: Article) -> None:
    """`refresh` pays again for every picture."""
    run_set(german)
    again = run_set(german, refresh=True)
    assert {image.status for image in again.images} == {"stored"}
    assert world.paid == (10, 4)
    assert again.cost_usd == 0.172


def test_only_narrows_and_the_manifest_keeps_the_rest(world: World, german: Article) -> None:
    """`only` makes just these kinds; what the bucket holds beside them stays in the manifest."""
    cards = run_set(german, [Kind.CARD])
    assert [image.name for image in cards.images] == ["linkedin", "facebook"]
    assert world.paid == (0, 0)
    hero = run_set(german, [Kind.HERO])
    assert [image.name for image in hero.images] == ["hero"]
    assert world.paid == (1, 0)
    manifest = httpx.get(hero.manifest_url or "").json()
    assert [image["name"] for image in manifest["images"]] == ["hero", "linkedin", "facebook"]
    page = httpx.get(hero.gallery_url or "").text
    assert all(f'href="{image.url}"' in page for image in (*hero.images, *cards.images))


def test_two_articles_with_one_slug_never_overwrite_each_other(world: World) -> None:
    """`C++ Grundlagen` and `C Grundlagen` share a slug but no folder, and each finds its own again."""
    plus = Article(topic="C++ Grundlagen")
    plain = Article(topic="C Grundlagen")
    first, second = run_set(plus), run_set(plain)
    assert first.slug == "c-grundlagen"
    assert second.slug != first.slug
    assert second.slug.startswith("c-grundlagen-")
    for article, made in ((plus, first), (plain, second)):
        again = run_set(article)
        assert again.slug == made.slug
        assert {image.status for image in again.images} == {"reused"}


def test_a_chosen_slug_does_not_take_anothers_folder(world: World) -> None:
    """An explicit slug that belongs to another article is bad input, and the owner's pictures stay as they are."""
    run_set(Article(topic="Kaffee und Tee", article_id="A"), [Kind.CARD])
    before = world.objects()
    with pytest.raises(InvalidInput, match="slug"):
        run_set(Article(topic="Ganz anderer Artikel", slug="kaffee-und-tee"), [Kind.CARD])
    assert world.objects() == before


def test_a_run_without_the_id_does_not_open_the_folder_to_others(world: World) -> None:
    """Two articles of one title keep their folders by their ids, also after somebody ran it without an id."""
    slugs = [
        run_set(Article(topic="Gleich", article_id=article_id), [Kind.CARD]).slug
        for article_id in ("A", "B", None, "B", "A")
    ]
    assert slugs[0] == slugs[2] == slugs[4] == "gleich"
    assert slugs[1] == slugs[3] != "gleich"


def test_the_painter_never_replaces_a_picture_that_was_paid_for(
    world: World, german: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run without the tokens keeps the vendors' pictures, and paints only what is not there."""
    paid = run_set(german, [Kind.HERO, Kind.SOCIAL])
    for name in ("REPLICATE_API_TOKEN", "CHUTES_API_KEY"):
        monkeypatch.delenv(name)
    again = {image.name: image for image in run_set(german).images}
    for image in paid.images:
        assert again[image.name].model_dump(exclude={"status", "cost_usd"}) == image.model_dump(
            exclude={"status", "cost_usd"}
        )
        assert again[image.name].status == "reused"
    assert again["supporting-1"].provider == "painter"


def test_another_brand_colour_draws_other_cards_and_pays_nothing(world: World, german: Article) -> None:
    """Only what changes a picture's pixels makes it anew."""
    run_set(german)
    red = german.model_copy(update={"brand": Brand(color="#aa0000")})
    again = run_set(red)
    assert {image.name for image in again.images if image.status == "stored"} == {"linkedin", "facebook"}
    assert world.paid == (5, 2)
    # And back: the cache knows the first card, but the bucket no longer holds it.
    back = run_set(german)
    assert {image.name for image in back.images if image.status == "stored"} == {"linkedin", "facebook"}


@pytest.mark.parametrize("kind", [422, 404, "failed"])
def test_one_failed_image_never_takes_another_with_it(world: World, german: Article, kind: int | str) -> None:
    """A picture that cannot be made is `failed` with its reason; the run is Completed, named Degraded."""
    world.replicate.fault("create", kind, times=None, match=lambda call: "ultra" in (call.model or ""))
    state = run_state(german)
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert "hero" in (state.message or "")
    image_set = set_of(state)
    assert {image.name for image in image_set.images if image.status == "failed"} == {"hero"}
    hero = image_set.images[0]
    assert hero.url is None
    assert hero.error
    assert not hero.durable


def test_a_storage_that_is_down_does_not_stop_the_run(
    world: World, german: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a bucket the set holds the provider's URLs and data URLs, none durable, and says why."""
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    state = run_state(german)
    assert state.name == "Degraded"
    image_set = set_of(state)
    expected = {"hero": "provider_url", "supporting": "provider_url", "social": "provider_url",
                "comparison": "inline", "card": "inline"}  # fmt: skip
    for image in image_set.images:
        assert image.status == expected[image.kind]
        assert not image.durable
        assert "cannot be reached" in (image.error or "")
    assert image_set.manifest_url is None


def test_what_was_paid_while_the_storage_was_down_is_not_paid_again(
    world: World, german: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the bucket is back, the predictions of the run without it are collected, not created again."""
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    run_set(german)
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    again = run_set(german)
    assert again.status == "complete"
    assert {image.status for image in again.images} == {"stored"}
    assert world.paid == (5, 2)
    assert again.cost_usd == 0


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"B2_APPLICATION_KEY": "wrong"}, "B2_APPLICATION_KEY"),
        ({"B2_BUCKET_NAME": "no-such-bucket"}, "B2_BUCKET_NAME"),
        ({"REPLICATE_API_TOKEN": "refused"}, "REPLICATE_API_TOKEN"),
    ],
)
def test_what_is_refused_is_said_before_anything_is_spent(
    world: World, german: Article, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    """A refused token, key or bucket fails the run with the variable's name, and nothing was paid."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    state = run_state(german)
    assert state.is_failed()
    with pytest.raises(ConfigurationError, match=named):
        set_of(state)
    assert world.paid == (0, 0)


def test_a_missing_logo_is_bad_input(world: World, german: Article) -> None:
    """A logo that does not exist is named before anything is spent."""
    article = german.model_copy(update={"brand": Brand(logo="branding/none.png")})
    with pytest.raises(InvalidInput, match=r"brand\.logo.*default/branding/none\.png"):
        run_set(article)
    assert world.paid == (0, 0)


def test_what_the_world_cannot_fetch_degrades_the_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the share check on, a broken rule is named in the set; by default addresses of this machine are let be."""
    article = Article(topic="Tee")
    assert run_set(article, [Kind.CARD]).status == "complete"
    monkeypatch.setenv("IMAGES_SHARE_CHECK", "on")
    seen = run_set(article, [Kind.CARD])
    assert seen.status == "degraded"
    rule = "its public URL is not https, which Notion and WhatsApp demand"
    assert seen.problems == [f"linkedin: {rule}", f"facebook: {rule}"]
    assert {image.status for image in seen.images} == {"reused"}
