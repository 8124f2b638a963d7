"""The plan of an article, and the digests that its cache stands on."""

from pathlib import Path

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.articles.files.parsing import parse_json, parse_markdown
from imaging.kinds import Kind
from imaging.makers import Provider
from imaging.names import keys
from imaging.planning.models import ModelTable, model_table
from imaging.planning.plan import Planner
from imaging.text.sections import supporting_count
from tests.conftest import EXAMPLES
from tests.imaging.planning.plans import ALL, LONG, plan, tea


@pytest.mark.parametrize(
    ("headings", "count"), [(0, 0), (1, 0), (2, 0), (3, 0), (4, 1), (5, 1), (6, 2), (7, 2), (8, 2)]
)
def test_the_length_decides_on_supporting_pictures(headings: int, count: int) -> None:
    """Up to three sections get none, four and five get one, six and more get two."""
    body = "# Titel\n\nText.\n\n" + "\n\n".join(f"## {number}\n\n### Unter" for number in range(headings))
    assert supporting_count(body) == count
    assert list(plan(Article(topic="x", body=body))) == [LONG[0], *LONG[1 : 1 + count], *LONG[3:]]


def test_platforms_that_are_switched_on_are_added() -> None:
    """X and Pinterest get cards in their own sizes beside the others; the default plan's pictures stay as they are."""
    default, more = plan(tea()), plan(tea(), platforms=["pinterest", "x", "linkedin"])
    assert list(more) == [*LONG[:7], "x", "pinterest", *LONG[7:]]
    assert (more["x"].size, more["pinterest"].size) == ((1200, 675), (1000, 1500))
    assert more["pinterest"].alt_text == "Vorschaukarte für Pinterest: Tee"
    assert more["x"].stem.endswith("/platform/x_og")
    assert {name: more[name] for name in default} == default


def test_the_plan_has_the_contracts_makers_sizes_and_prices() -> None:
    """Each picture is made by the contract's model at its ratio and price, and the whole costs 0.172 USD."""
    specs = plan(tea())
    assert [(spec.kind, spec.platform, spec.provider, spec.size, spec.price_usd) for spec in specs.values()] == [
        (Kind.HERO, None, "replicate", (2752, 1536), 0.06),
        (Kind.SUPPORTING, None, "replicate", (1024, 1024), 0.025),
        (Kind.SUPPORTING, None, "replicate", (1024, 1024), 0.025),
        (Kind.COMPARISON, None, "chutes", (1024, 1024), 0.006),
        (Kind.COMPARISON, None, "chutes", (1024, 1024), 0.006),
        (Kind.CARD, "linkedin", "pillow", (1200, 630), 0),
        (Kind.CARD, "facebook", "pillow", (1200, 630), 0),
        (Kind.SOCIAL, "instagram", "replicate", (1024, 1024), 0.025),
        (Kind.SOCIAL, "tiktok", "replicate", (768, 1344), 0.025),
    ]
    assert round(sum(spec.price_usd for spec in specs.values()), 6) == 0.172
    assert specs["hero"].params == ModelTable().hero.params
    assert specs["comparison-juggernautxl"].prompt == specs["comparison-qwen-image"].prompt


def test_both_cards_are_the_same_picture() -> None:
    """What is drawn for LinkedIn and Facebook differs in its place alone."""
    specs = plan(tea(excerpt="Heiß.", brand=Brand(color="#0a7d5a")))
    linkedin, facebook = specs["linkedin"], specs["facebook"]
    assert (linkedin.params, linkedin.model, linkedin.size) == (facebook.params, facebook.model, facebook.size)
    assert linkedin.stem != facebook.stem


@pytest.mark.parametrize("body", ["## Tipp\n\n" * 6, "## Tipp\n\nText.\n\n" * 6, "## Tipp\n\n## TIPP\n\n" * 3])
def test_duplicate_headings_give_different_supporting_pictures(body: str) -> None:
    """Two supporting pictures never share a key, a prompt or an alternative text."""
    specs = plan(Article(topic="x", body=body))
    one, two = specs["supporting-1"], specs["supporting-2"]
    assert one.stem != two.stem
    assert one.prompt != two.prompt
    assert one.alt_text != two.alt_text


@pytest.mark.parametrize(
    ("providers", "painted"),
    [
        ((), {"hero", "supporting", "comparison", "social"}),
        (("replicate",), {"comparison"}),
        (("chutes",), {"hero", "supporting", "social"}),
        (ALL, set()),
    ],
)
def test_the_painter_stands_in_for_a_provider_that_is_not_configured(
    providers: tuple[Provider, ...], painted: set[str]
) -> None:
    """Its pictures say so, cost nothing, keep place, prompt and size, and come in the vendor's format."""
    full, specs = plan(tea(brand=Brand(color="#0a7d5a"))), plan(tea(brand=Brand(color="#0a7d5a")), providers)
    assert {spec.kind for spec in specs.values() if spec.provider == "painter"} == painted
    for name, spec in specs.items():
        assert (spec.stem, spec.prompt, spec.size, spec.alt_text, spec.hash_length) == (
            full[name].stem, full[name].prompt, full[name].size, full[name].alt_text, full[name].hash_length,
        )  # fmt: skip
        if spec.provider == "painter":
            image_format = "jpg" if spec.kind == "comparison" else "png"
            assert (spec.price_usd, spec.params) == (0, {"color": "#0a7d5a", "output_format": image_format})
            assert spec.digest != full[name].digest
        else:
            assert spec == full[name]


def test_overridden_models_reach_the_specs() -> None:
    """A model from IMAGES_MODELS is what the spec asks for, in the price and the size of its parameters."""
    models = model_table({"hero": {"name": "a/b", "params": {"aspect_ratio": "3:2"}, "price_usd": 0.5}})
    hero = plan(tea(), models=models)["hero"]
    assert (hero.model, hero.params, hero.price_usd, hero.size) == ("a/b", {"aspect_ratio": "3:2"}, 0.5, (1248, 832))


@pytest.mark.parametrize(
    ("file", "supporting"),
    [
        ("laktoseintoleranz-und-laktase.md", 2),
        ("how-sourdough-rises.md", 1),
        ("hakko-shokuhin.md", 1),
        ("cafe-creme.json", 1),
        ("arabic-coffee.md", 0),
        ("kaffee-richtig-lagern.md", 0),
    ],
)
def test_each_example_has_the_plan_of_its_length(file: str, supporting: int) -> None:
    """Seven pictures and up to two more, all with their own stem and alternative text."""
    text = Path(EXAMPLES / file).read_text(encoding="utf-8")
    specs = plan((parse_json if file.endswith(".json") else parse_markdown)(text))
    assert list(specs) == [LONG[0], *LONG[1 : 1 + supporting], *LONG[3:]]
    assert len({spec.stem for spec in specs.values()}) == len(specs)
    assert len({spec.alt_text for spec in specs.values()}) == len(specs)
    assert all(1 < len(spec.alt_text) <= 125 for spec in specs.values())


def test_a_frame_that_has_its_picture_keeps_it() -> None:
    """What was paid for while an introduction was pictured is used again; a new article pictures what has a subject."""
    body = "## Einleitung\n\n## Teil 1\n\n## Teil 2\n\n## Fazit"
    old = keys.supporting_stem("default", "tee", "Einleitung")
    assert plan(tea(body=body))["supporting-1"].stem == keys.supporting_stem("default", "tee", "Teil 1")
    assert plan(tea(body=body), stored=[f"{old}.png"])["supporting-1"].stem == old


def test_alternatives_follow_in_order_to_the_same_place() -> None:
    """Each model of a role leads on to those after it whose vendors are configured, with the same words and place."""
    of_fal = {"provider": "fal", "name": "fal-ai/flux/dev"}
    table = model_table({"hero": [{}, of_fal, {"name": "black-forest-labs/flux-dev"}], "tiktok": [of_fal, {}]})
    planner = Planner(tea(), "tee", table, ("replicate", "fal"))
    specs = {spec.name: spec for spec in planner.specs()}
    hero = specs["hero"].model_copy(update={"prompt": "in other words"})
    second, third = planner.alternatives(hero)
    assert (second.model, third.model) == ("fal-ai/flux/dev", "black-forest-labs/flux-dev")
    assert {(one.prompt, one.stem, one.alt_text) for one in (hero, second, third)} == {
        (hero.prompt, hero.stem, hero.alt_text)
    }
    assert planner.alternatives(second) == (third,)
    assert planner.alternatives(third) == ()
    assert planner.has_alternatives(third)
    assert [one.provider for one in planner.alternatives(specs["tiktok"])] == ["replicate"]
    for name in ("linkedin", "supporting-1", "comparison-qwen-image"):
        assert planner.alternatives(specs[name]) == ()
    assert not planner.has_alternatives(specs["supporting-1"])
    only_fal: tuple[Provider, ...] = ("fal",)
    alone = Planner(tea(), "tee", table, only_fal)
    assert alone.specs()[0].provider == "fal"
    assert alone.alternatives(alone.specs()[0]) == ()
