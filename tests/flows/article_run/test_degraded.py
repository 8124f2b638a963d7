"""What cannot be made, stored or shared: the set says so, and the rest of it is whole."""

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.errors import ConfigurationError, InvalidInput
from imaging.kinds import Kind
from tests.reliability.harness.s3_proxy import S3Proxy
from tests.world import World, run_set, run_state, set_of


@pytest.mark.parametrize("kind", [422, 404, "failed"])
def test_one_failed_image_never_takes_another_with_it(world: World, german: Article, kind: int | str) -> None:
    """A picture that cannot be made is `failed` with its reason; the run is Completed, named Degraded."""
    world.replicate.fault("create", kind, times=None, match=lambda call: "ultra" in (call.model or ""))
    state = run_state(german, [Kind.HERO, Kind.COMPARISON, Kind.CARD])
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


@pytest.mark.parametrize(("kind", "words"), [("html", "web page"), ("redirect", "a redirect")])
def test_an_address_that_is_no_bucket_is_said_before_anything_is_spent(
    world: World, german: Article, bucket: S3Proxy, kind: str, words: str
) -> None:
    """A page to sign in on, or a redirect, in the place of the bucket names its endpoint, and nothing is paid."""
    bucket.fail(kind)
    state = run_state(german)
    assert state.is_failed()
    with pytest.raises(ConfigurationError, match=f"{words}.*B2_ENDPOINT"):
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
