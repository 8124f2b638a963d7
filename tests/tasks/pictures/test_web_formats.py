"""Beside each picture: its web formats and its pinned copy, made once, and never in the picture's way."""

import hashlib
import json
from collections.abc import Iterator

import httpx
import pytest
from prefect.blocks.system import Secret

from blocks.configuration.defaults import PUBLIC_BASE_URLS, UNEDITED
from blocks.configuration.variables import write_variable
from blocks.provenance.signing import BLOCK_NAME
from flows.repair import repair
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import marks
from imaging.record import Image, ImageSet
from tests.certificates import signing_certificate
from tests.world import CommandLine, World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern")
FOLDER = "default/kaffee-richtig-lagern"
SOME = [Kind.CARD, Kind.SOCIAL]


@pytest.fixture(autouse=True)
def _small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Web formats are made, small ones."""
    monkeypatch.setenv("IMAGES_VARIANTS", "avif,webp")
    monkeypatch.setenv("IMAGES_VARIANT_WIDTHS", "48,96")
    monkeypatch.setenv("IMAGES_PINNED", "true")


def beside(image: Image) -> set[str]:
    """The keys that the image's entry names."""
    return {str(image.key), str(image.pinned_key), *(one.key for one in image.variants)}


def keys_of(image_set: ImageSet) -> set[str]:
    records = {f"{FOLDER}/manifest.json", f"{FOLDER}/gallery.html"}
    return set().union(*(beside(image) for image in image_set.images)) | records


def test_they_are_made_once_and_say_what_they_are(world: World) -> None:
    """Every object is named and is what its entry says; a second run makes nothing; what is lost comes back alone."""
    made = run_set(ARTICLE, SOME)
    assert (made.status, made.problems) == ("complete", [])
    before = world.objects()
    assert set(before) == keys_of(made)
    client = world.store.bucket.credentials.get_client("s3")
    for image in made.images:
        assert [(one.format, one.width) for one in image.variants] == [
            ("avif", 48), ("avif", 96), ("webp", 48), ("webp", 96)
        ]  # fmt: skip
        for one in image.variants:
            answer = httpx.get(one.url)
            assert (answer.headers["content-type"], len(answer.content)) == (one.content_type, one.bytes)
            term = marks(answer.content).get(xmp.DIGITAL_SOURCE_TYPE)
            assert term == (None if image.kind is Kind.CARD else SourceType.TRAINED)
            caching = client.head_object(Bucket=world.bucket.name, Key=one.key)["CacheControl"]
            assert caching.endswith("immutable") == (image.kind is Kind.SOCIAL)
        pinned = httpx.get(str(image.pinned_url))
        assert hashlib.sha256(pinned.content).hexdigest() == image.sha256
        head = client.head_object(Bucket=world.bucket.name, Key=image.pinned_key)
        assert (head["CacheControl"], head["ContentType"]) == ("public, max-age=31536000, immutable", "image/png")
        assert str(image.picture_html).count("<source") == 2
        assert image.thumbhash
    again = run_set(ARTICLE, SOME)
    assert {image.status for image in again.images} == {"reused"}
    assert [beside(image) for image in again.images] == [beside(image) for image in made.images]
    unchanged = {key: seen for key, seen in world.objects().items() if not key.endswith(".json")}
    assert unchanged == {key: seen for key, seen in before.items() if not key.endswith(".json")}

    lost = [made.images[0].variants[1].key, str(made.images[0].pinned_key)]
    for key in lost:
        world.delete(key)
    assert keys_of(run_set(ARTICLE, SOME)) == set(before) == set(world.objects())
    rewritten = {key for key, seen in world.objects().items() if seen != before[key]}
    assert rewritten == {*lost, f"{FOLDER}/manifest.json"}
    assert world.paid == (2, 0)


def test_pictures_from_before_get_theirs_and_are_not_paid_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings for web formats are no part of a picture: switched on, widened, narrowed, nothing is ordered anew."""
    monkeypatch.setenv("IMAGES_VARIANTS", "off")
    monkeypatch.setenv("IMAGES_PINNED", "off")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].variants == []
    monkeypatch.setenv("IMAGES_VARIANTS", "webp")
    monkeypatch.setenv("IMAGES_PINNED", "on")
    hero = run_set(ARTICLE, [Kind.HERO]).images[0]
    assert (hero.status, [one.width for one in hero.variants]) == ("reused", [48, 96])
    assert hero.pinned_key == f"{FOLDER}/hero_{str(hero.sha256)[:16]}.png"
    monkeypatch.setenv("IMAGES_VARIANT_WIDTHS", "128")
    assert [one.width for one in run_set(ARTICLE, [Kind.HERO]).images[0].variants] == [48, 96, 128]
    assert world.paid == (1, 0)


def test_a_refresh_replaces_them_and_leaves_what_was_pinned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a refresh the pinned copy of before is still that picture, and the web formats are the new one's.

    A width that is not asked for any more is made again too: pages name it, and nothing would list it otherwise.
    """
    before = run_set(ARTICLE, [Kind.HERO]).images[0]
    monkeypatch.setenv("IMAGES_VARIANT_WIDTHS", "48")
    kept = run_set(ARTICLE, [Kind.HERO]).images[0]
    assert kept.variants == before.variants
    after = run_set(ARTICLE, [Kind.HERO], refresh=True).images[0]
    assert after.sha256 != before.sha256
    assert {one.key for one in after.variants} == {one.key for one in before.variants}
    assert not {one.md5 for one in after.variants} & {one.md5 for one in before.variants}
    for image in (before, after):
        assert hashlib.sha256(httpx.get(str(image.pinned_url)).content).hexdigest() == image.sha256


def test_a_web_format_that_cannot_be_made_is_a_problem_and_no_loss(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The picture is stored and durable; the set says what is missing, and the next run makes it."""
    folder = world.bucket / FOLDER
    (folder / "hero.w96.webp" / "in the way").mkdir(parents=True)  # no object can be written under this name
    degraded = run_set(ARTICLE, [Kind.HERO])
    assert (degraded.status, degraded.images[0].status, degraded.images[0].durable) == ("degraded", "stored", True)
    assert degraded.problems[0].startswith("hero: stored, but not all of its web formats: ")
    (folder / "hero.w96.webp" / "in the way").rmdir()
    (folder / "hero.w96.webp").rmdir()
    mended = run_set(ARTICLE, [Kind.HERO])
    assert (mended.status, mended.images[0].status, len(mended.images[0].variants)) == ("complete", "reused", 4)
    assert world.paid == (1, 0)


def test_what_repair_brings_home_has_them_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spooled picture is stored with its web formats: its article may not be run again."""
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].variants == []
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    assert repair() == {"repaired": 1, "left": 0}
    hero = json.loads((world.bucket / FOLDER / "manifest.json").read_text())["images"][0]
    assert len(hero["variants"]) == 4


@pytest.fixture
def tenants(prefect_api: str) -> Iterator[None]:
    """One tenant has an address of its own, by the variable."""
    write_variable(PUBLIC_BASE_URLS, {"acme": "https://img.acme.example/"})
    yield
    write_variable(PUBLIC_BASE_URLS, UNEDITED[PUBLIC_BASE_URLS])


def test_a_tenant_may_have_an_address_of_its_own(world: World, tenants: None) -> None:
    """All URLs of that tenant's pictures begin with it, and those of the others do not."""
    acme = run_set(Article(topic="x", user_id="acme"), [Kind.HERO])
    image = acme.images[0]
    assert image.url == "https://img.acme.example/acme/x/hero.png"
    assert {
        str(url).partition("/acme/")[0] for url in (image.pinned_url, acme.manifest_url, image.variants[0].url)
    } == {"https://img.acme.example"}
    other = run_set(Article(topic="x", user_id="globex"), [Kind.HERO]).images[0]
    assert other.url == f"{world.store.public_base}/globex/x/hero.png"


def test_web_formats_are_signed_like_their_picture(world: World, cli: CommandLine) -> None:
    """With a certificate, each file proves the same facts."""
    Secret(value=signing_certificate().block).save(BLOCK_NAME, overwrite=True, _sync=True)  # type: ignore[call-arg]
    try:
        hero = run_set(ARTICLE, [Kind.HERO]).images[0]
        done = cli("verify", *sorted(beside(hero)))
    finally:
        Secret.delete(BLOCK_NAME, _sync=True)  # type: ignore[call-arg]
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("ok    signature: Made-up Signer (issuer trusted), trainedAlgorithmicMedia") == 6
    assert done.stdout.count("ok    hash: ") == 6


def test_a_bucket_that_is_away_is_not_asked_for_web_formats(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished article whose bucket does not answer has one problem with its manifest, none with each picture."""
    run_set(ARTICLE, [Kind.HERO])
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    away = run_set(ARTICLE, [Kind.HERO])
    assert (away.status, away.images[0].status) == ("degraded", "reused")
    assert not [problem for problem in away.problems if "web formats" in problem]
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    assert len(run_set(ARTICLE, [Kind.HERO]).images[0].variants) == 4
    assert world.paid == (1, 0)
