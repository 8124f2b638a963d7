"""Another model in the place of one that makes no picture: in order, within the budget, and told in the entry."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import Image
from tests.standins import FalStandin
from tests.world import World, run_set

ULTRA, DEV = "black-forest-labs/flux-1.1-pro-ultra", "black-forest-labs/flux-dev"
OF_FAL = "fal-ai/flux-pro/v1.1-ultra"
CHAIN = [
    {},
    {"provider": "fal", "name": OF_FAL, "params": {"aspect_ratio": "16:9", "output_format": "png"}},
    {"name": DEV, "price_usd": 0.025, "params": {"aspect_ratio": "16:9", "output_format": "png"}},
]


@dataclass
class Vendors:
    """The world, and fal.ai beside it."""

    world: World
    fal: FalStandin

    @property
    def paid(self) -> tuple[int, int]:
        return len(self.world.replicate.paid), len(self.fal.paid)

    def hero(self) -> tuple[Image, str]:
        """Run the article for its hero alone; return the entry and the status of the set."""
        image_set = run_set(Article(topic="Kaffee"), [Kind.HERO])
        return image_set.images[0], image_set.status


@pytest.fixture
def vendors(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with FalStandin() as fal:
        for name, value in fal.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("IMAGES_DOWNLOAD_HOSTS", f"{world.replicate.download_host},{fal.cdn.host}")
        monkeypatch.setenv("IMAGES_MODELS", json.dumps({"hero": CHAIN}))
        yield Vendors(world, fal)


def test_the_first_model_makes_it_where_it_can(vendors: Vendors) -> None:
    """Where all is well nothing is ordered from the others, and the set is complete."""
    hero, status = vendors.hero()
    assert (hero.model, hero.fallback_from, status, vendors.paid) == (ULTRA, None, "complete", (1, 0))


def test_the_next_model_makes_what_the_first_refuses_and_is_not_paid_again(vendors: Vendors) -> None:
    """After two seeds the second model's picture is stored; the next run asks nobody and finds it there."""
    vendors.world.replicate.fault("create", "nsfw", None)
    hero, status = vendors.hero()
    assert (hero.status, hero.provider, hero.model, status) == ("stored", "fal", OF_FAL, "degraded")
    assert hero.fallback_from == f"replicate:{ULTRA}"
    assert "NSFW" in str(hero.error)
    assert hero.cost_usd == pytest.approx(0.18)  # two refused predictions are billed, too
    assert str(hero.prediction_id).startswith("fal-ai~flux-pro~")
    again, _ = vendors.hero()
    assert (again.status, again.model, again.cost_usd, vendors.paid) == ("reused", OF_FAL, 0, (2, 1))


def test_an_account_without_credit_is_passed_over(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked account leads on to the next model; where every account is empty the place stays empty, and says why."""
    vendors.fal.fault("create", 403, None)
    monkeypatch.setenv("IMAGES_MODELS", json.dumps({"hero": CHAIN[1:]}))
    hero, _ = vendors.hero()
    assert (hero.model, hero.fallback_from, vendors.paid) == (DEV, f"fal:{OF_FAL}", (1, 0))
    assert "Exhausted balance" in str(hero.error)


def test_where_no_model_makes_it_the_entry_names_them_all(vendors: Vendors) -> None:
    """What failed for good without a refusal is not painted: its place stays empty, with each reason in order."""
    vendors.world.replicate.fault("create", 402, None, lambda call: call.model == ULTRA)
    vendors.fal.fault("create", 403, None)
    hero, _ = vendors.hero()
    assert "402" in str(hero.error)
    assert f"fal:{OF_FAL}: " in str(hero.error)
    # The account that is empty is the third model's too: nobody asks it, and the place stays empty.
    assert (hero.status, hero.model, vendors.paid) == ("failed", ULTRA, (0, 0))


def test_what_can_be_collected_later_is_waited_for(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that is only late is no reason to pay another model: the next run collects it."""
    monkeypatch.setenv("IMAGES_PREDICTION_TIMEOUT", "1")
    late = vendors.world.replicate.fault("create", "stuck")
    hero, _ = vendors.hero()
    assert (hero.status, late.fired, vendors.paid) == ("failed", 1, (1, 0))
    vendors.world.replicate.paid[0].outcome = None
    hero, status = vendors.hero()
    assert (hero.status, hero.model, status, vendors.paid) == ("stored", ULTRA, "complete", (1, 0))


def test_no_alternative_beyond_the_budget(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused pictures have used the budget up: the alternatives that do not fit are not ordered, and it is painted."""
    monkeypatch.setenv("IMAGES_BUDGETS", '{"run_usd": 0.13}')
    vendors.world.replicate.fault("create", "nsfw", None)
    hero, status = vendors.hero()
    assert (hero.provider, status, vendors.paid) == ("painter", "degraded", (2, 0))
    assert hero.fallback_from == f"replicate:{ULTRA}"
    assert "over the budget" in str(hero.error)


def test_an_order_whose_answer_was_lost_is_not_placed_again(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    """fal.ai cannot be asked what came of it: within the hour no run orders it again, and another model may make it."""
    monkeypatch.setenv("IMAGES_MODELS", json.dumps({"hero": CHAIN[1]}))
    vendors.fal.fault("create", "reset_after")
    for cost in (0.06, 0):
        hero, _ = vendors.hero()
        assert (hero.status, hero.cost_usd, vendors.paid) == ("failed", cost, (0, 1))
        assert "looked up" in str(hero.error)
    monkeypatch.setenv("IMAGES_MODELS", json.dumps({"hero": CHAIN[1:]}))
    hero, _ = vendors.hero()
    assert (hero.status, hero.model, hero.fallback_from) == ("stored", DEV, f"fal:{OF_FAL}")
