"""Money has limits: budgets for a run and for a tenant's month, and accounts that are empty."""

import json

import pytest

from blocks.budgets.spending import Spending
from blocks.configuration.variables import delete_variable, write_variable
from blocks.records.ledger import Ledger
from blocks.run import begun_run
from imaging.articles.article import Article
from imaging.errors import ConfigurationError
from imaging.kinds import Kind
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import ImageSet
from tests.world import World, run_set, run_state

ARTICLE = Article(topic="Kaffee richtig lagern", excerpt="Kühl, trocken, dunkel.")
PAID = {"hero", "comparison-juggernautxl", "comparison-qwen-image", "instagram", "tiktok"}


def budget(monkeypatch: pytest.MonkeyPatch, **limits: object) -> None:
    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps(limits))


def makers(image_set: ImageSet) -> dict[str, str]:
    return {image.name: image.provider for image in image_set.images}


def test_beyond_a_runs_budget_the_rest_comes_from_fallbacks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What 0.09 USD do not buy is painted or a card and says so; the next run, with its own budget, heals it."""
    budget(monkeypatch, run_usd=0.09)
    state = run_state(ARTICLE)
    assert (state.name, state.type) == ("Degraded", "COMPLETED")
    instead = "tiktok: stored in place of replicate:black-forest-labs/flux-dev"
    assert f"{instead} (over the budget of one run, 0.09 USD (images_budgets, run_usd))" in str(state.message)
    assert world.paid == (1, 2)
    budget(monkeypatch)
    healed = run_set(ARTICLE)
    assert healed.status == "complete", healed.troubles
    assert not any(image.fallback_from for image in healed.images)
    assert world.paid == (3, 2)


def test_a_budget_of_nothing_still_brings_every_picture(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing to spend, every place is filled, durable, in the right size, for nothing; run again it is reused."""
    budget(monkeypatch, run_usd=0)
    image_set = run_set(ARTICLE)
    assert (world.paid, image_set.cost_usd, image_set.status) == ((0, 0), 0, "degraded")
    assert {image.name for image in image_set.images if image.fallback_from} == PAID
    assert all(image.durable and image.status == "stored" for image in image_set.images)
    made = makers(image_set)
    assert {name for name in PAID if made[name] == "painter"} == PAID - {"instagram", "tiktok"}
    sizes = {image.name: (image.width, image.height) for image in image_set.images}
    assert (sizes["instagram"], sizes["tiktok"]) == ((1080, 1080), (1080, 1920))
    assert {image.status for image in run_set(ARTICLE).images} == {"reused"}


def test_beyond_may_be_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the user wants no stand-ins, what the budget has no room for is `failed` and says why."""
    budget(monkeypatch, run_usd=0.06, beyond="refuse")
    image_set = run_set(ARTICLE)
    failed = {image.name: image.error for image in image_set.images if image.status == "failed"}
    assert set(failed) == PAID - {"hero"}
    assert all("over the budget of one run" in str(error) for error in failed.values())
    assert world.paid == (1, 0)


def test_a_tenants_month_is_shared_by_its_articles(world: World, prefect_api: str) -> None:
    """The month's budget, a Prefect variable, is spent by the first article; what is there already is still reused."""
    write_variable("images_budgets", {"tenants": {"default": {"month_usd": 0.08}}})
    only = [Kind.HERO, Kind.COMPARISON]
    try:
        assert run_set(ARTICLE, only).status == "complete"
        second = run_set(Article(topic="Tee richtig lagern"), only)
        reason = "over default's budget of 0.08 USD for 20"
        assert {image.name for image in second.images if reason in str(image.error)} == {
            "hero", "comparison-qwen-image",
        }  # fmt: skip
        assert world.paid == (1, 3)
        again = run_set(ARTICLE, only)
        assert (again.status, again.cost_usd) == ("complete", 0)
        assert run_set(Article(topic="Tee", user_id="other"), [Kind.HERO]).status == "complete"
    finally:
        delete_variable("images_budgets")


def test_an_order_under_way_keeps_its_money(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was ordered and not collected may still be billed: the run gives its price to no other picture."""
    budget(monkeypatch, run_usd=0.06)
    hero, tiktok = (
        spec
        for spec in Planner(ARTICLE, "kaffee", ModelTable(), {"replicate"}).specs()
        if spec.name in {"hero", "tiktok"}
    )
    with begun_run() as run:
        records = run.services.records(bucket_answers=True)
        spending, ledger = Spending(run.services, records, ARTICLE.user_id, "kaffee"), Ledger(records)
        assert not spending.admit([hero], refresh=False).beyond
        ledger.settle(hero, ledger.begin(hero, None), "prediction-1")
        spending.correct(hero, 0.0)
        assert spending.admit([tiktok], refresh=False).beyond.keys() == {"tiktok"}


def test_a_fallback_does_not_replace_what_was_paid_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article whose words changed while there is no money keeps the hero that it has, and says so."""
    before = run_set(ARTICLE, [Kind.HERO]).images[0]
    budget(monkeypatch, run_usd=0)
    hero = run_set(ARTICLE.model_copy(update={"excerpt": "Ganz anders."}), [Kind.HERO]).images[0]
    assert (hero.sha256, hero.status, hero.provider) == (before.sha256, "reused", "replicate")
    assert hero.fallback_from
    assert "budget" in str(hero.error)


def test_a_wrong_budget_stops_the_run_before_anything_is_spent(world: World, prefect_api: str) -> None:
    """A slip in the UI's variable is named, and costs nothing."""
    write_variable("images_budgets", {"run_usd": "lots"})
    try:
        with pytest.raises(ConfigurationError, match="Prefect variable images_budgets: run_usd"):
            run_set(ARTICLE)
    finally:
        delete_variable("images_budgets")
    assert (world.paid, world.objects()) == ((0, 0), {})


def test_prices_and_models_can_be_edited_as_a_variable(world: World, prefect_api: str) -> None:
    """The Prefect variable `images_models` is the table that people edit in the UI: it wins over the environment."""
    write_variable("images_models", {"hero": {"price_usd": 0.01}})
    try:
        assert run_set(ARTICLE, [Kind.HERO]).images[0].cost_usd == 0.01
    finally:
        delete_variable("images_models")
