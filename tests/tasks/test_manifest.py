"""What lies beside the pictures is for everybody; what only the operator may know lies elsewhere."""

import json
import re

import httpx
import pytest

from blocks.publishing.artifacts import artifact_place
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.names.keys import RESULTS_FOLDER
from tests.world import World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern", excerpt="Kühl, trocken, dunkel.")
PLACE = "default/kaffee-richtig-lagern"


def _words(document: str) -> str:
    """The document without its embedded pictures: any three letters may stand in their Base64."""
    return re.sub(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+", "", document)


def test_what_costs_and_who_refused_is_told_to_the_operator_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Manifest and page tell no money, prompt, id or budget; the flow's result and the record of the run do."""
    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps({"run_usd": 0.07}))
    made = run_set(ARTICLE)
    hero = made.images[0]
    assert hero.prompt
    assert hero.prediction_id
    public = [_words(httpx.get(world.store.url(f"{PLACE}/{name}")).text) for name in ("manifest.json", "gallery.html")]
    for text in public:
        for secret in ("budget", "USD", hero.prompt, hero.prediction_id):
            assert secret not in text
    manifest = json.loads(public[0])
    assert (manifest["status"], manifest["cost_usd"], manifest["images"][0]["cost_usd"]) == ("degraded", None, None)
    record = json.loads(world.store.get(f"{RESULTS_FOLDER}/{PLACE}/manifest.json") or b"")
    assert record["images"][0] == json.loads(hero.model_dump_json())
    assert any("budget" in str(image["error"]) for image in record["images"])


def test_an_older_page_is_taken_down(world: World) -> None:
    """Where an older version published everything, the next run writes manifest and page anew and pays nothing."""
    first = run_set(ARTICLE, [Kind.HERO])
    world.store.put_json(f"{PLACE}/manifest.json", first.model_dump_json(indent=1))
    world.store.put(f"{PLACE}/gallery.html", b"<p>0.060 USD", "text/html", "no-cache", {})
    world.store.delete(f"{RESULTS_FOLDER}/{PLACE}/manifest.json")
    again = run_set(ARTICLE, [Kind.HERO])
    assert (again.status, again.images[0].status, world.paid) == ("complete", "reused", (1, 0))
    assert "USD" not in _words(httpx.get(world.store.url(f"{PLACE}/gallery.html")).text)
    assert json.loads(httpx.get(world.store.url(f"{PLACE}/manifest.json")).text)["cost_usd"] is None


def test_records_move_to_a_private_place(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With IMAGES_PRIVATE_BUCKET records and claims go there, older ones are found, and nothing is paid again."""
    run_set(ARTICLE, [Kind.HERO])
    world.delete(f"{PLACE}/manifest.json")
    monkeypatch.setenv("IMAGES_PRIVATE_BUCKET", f"{world.environment['B2_BUCKET_NAME']}/for-us-alone")
    world.delete(f"{RESULTS_FOLDER}/{PLACE}/manifest.json")
    assert run_set(ARTICLE, [Kind.HERO]).images[0].status == "reused"
    run_set(Article(topic="Tee richtig lagern"), [Kind.HERO])
    assert world.paid == (2, 0)
    root = world.bucket
    private = {path.relative_to(root / "for-us-alone").as_posix() for path in (root / "for-us-alone").rglob("*.json")}
    assert {f"{RESULTS_FOLDER}/{PLACE}/manifest.json", "_claims/default/kaffee-richtig-lagern.json"} <= private
    assert not list((root / RESULTS_FOLDER / "default" / "tee-richtig-lagern").rglob("*"))


def test_an_artifact_key_that_was_changed_carries_a_hash() -> None:
    """A name that the key can hold stays as it is; one that it cannot hold is not taken for another's."""
    assert artifact_place("acme-2", "kaffee-richtig-lagern") == "acme-2-kaffee-richtig-lagern"
    changed = {artifact_place(tenant, "foo") for tenant in ("acme_2_x", "acme-2_x", "acme_2-x", "acme-2-x")}
    assert len(changed) == 4
    assert all(place.startswith("acme-2-x-foo") and "_" not in place for place in changed)
