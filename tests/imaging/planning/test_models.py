"""The table of models and prices, and how users change it."""

from typing import Any

import pytest

from imaging.errors import ConfigurationError
from imaging.planning.models import Model, ModelTable, delivered_size, model_table


def test_the_default_table_is_the_contracts() -> None:
    """Models, parameters and prices stand as the contract has them."""
    table = model_table({})
    assert table == ModelTable()
    assert {role: (model.provider, model.name, model.price_usd) for role, model in table} == {
        "hero": ("replicate", "black-forest-labs/flux-1.1-pro-ultra", 0.06),
        "supporting": ("replicate", "black-forest-labs/flux-dev", 0.025),
        "juggernautxl": ("chutes", "chutes-juggernautxl", 0.006),
        "qwen_image": ("chutes", "chutes-qwen-image", 0.006),
        "instagram": ("replicate", "black-forest-labs/flux-dev", 0.025),
        "tiktok": ("replicate", "black-forest-labs/flux-dev", 0.025),
    }
    assert table.hero.params == {"aspect_ratio": "16:9", "output_format": "png", "safety_tolerance": 4, "raw": False}
    square = {"width": 1024, "height": 1024, "negative_prompt": table.juggernautxl.params["negative_prompt"]}
    assert table.juggernautxl.params == square | {"num_inference_steps": 25, "guidance_scale": 7.5}
    assert table.qwen_image.params == square | {"num_inference_steps": 35, "true_cfg_scale": 4.0}
    assert [table.supporting.params["aspect_ratio"], table.tiktok.params["aspect_ratio"]] == ["1:1", "9:16"]


def test_a_change_changes_that_alone() -> None:
    """A price laid over one model leaves its parameters and all other models as they were."""
    table = model_table({"hero": {"price_usd": 0.05}})
    assert table.hero == ModelTable().hero.model_copy(update={"price_usd": 0.05})
    assert table.model_copy(update={"hero": ModelTable().hero}) == ModelTable()


def test_parameters_are_laid_over_one_by_one() -> None:
    """One parameter given changes that one, as long as the model stays the same."""
    params = model_table({"hero": {"params": {"raw": True}}}).hero.params
    assert params == ModelTable().hero.params | {"raw": True}


def test_another_model_starts_from_its_own_parameters() -> None:
    """Another model's parameters are those given: it may not know the default one's."""
    hero = model_table({"hero": {"name": "google/imagen-4", "params": {"aspect_ratio": "16:9"}}}).hero
    assert hero.params == {"aspect_ratio": "16:9"}
    assert model_table({"hero": {"name": "google/imagen-4"}}).hero.params == {}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"poster": {"price_usd": 1}}, "poster"),
        ({"hero": 3}, "hero must be an object"),
        ({"hero": {"params": [1]}}, "hero.params must be an object"),
        ({"hero": {"params": None}}, "hero.params must be an object"),
        ({"hero": {"price_usd": -1}}, "hero.price_usd"),
        ({"hero": {"price_usd": float("inf")}}, "hero.price_usd"),
        ({"hero": {"price_usd": float("nan")}}, "hero.price_usd"),
        ({"hero": {"price_usd": "hunter2"}}, "hero.price_usd"),
        ({"hero": {"provider": "hunter2"}}, "hero.provider"),
        ({"hero": {"steps": 4}}, "hero.steps"),
        ({"hero": {"name": ["hunter2"]}}, "hero.name"),
        ({"hero": {"name": ""}}, "hero.name"),
        ({"qwen_image": {"name": "../hunter2"}}, "qwen_image.name"),
        ({"qwen_image": {"name": "x/../hunter2"}}, "qwen_image.name"),
        ({"qwen_image": {"name": "hunter2@evil"}}, "qwen_image.name"),
        ({"qwen_image": {"name": "chutes-juggernautxl"}}, "juggernautxl and qwen_image must have different names"),
    ],
)
def test_a_wrong_change_names_the_variable_and_the_place(overrides: dict[str, Any], words: str) -> None:
    """One line begins with IMAGES_MODELS, names what is wrong and does not repeat the value."""
    with pytest.raises(ConfigurationError) as caught:
        model_table(overrides)
    message = str(caught.value)
    assert message.startswith("IMAGES_MODELS: ")
    assert words in message
    assert "hunter2" not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("chutes-qwen-image", "qwen-image"),
        ("black-forest-labs/flux-dev", "flux-dev"),
        ("stability-ai/sdxl:7762fd07cf82c948", "sdxl"),
    ],
)
def test_the_short_name_fits_into_a_key(name: str, short: str) -> None:
    """Owner, version and the vendor's prefix are no part of it."""
    assert Model(provider="replicate", name=name, price_usd=0).short_name == short


@pytest.mark.parametrize(
    ("role", "size"),
    [("hero", (2752, 1536)), ("supporting", (1024, 1024)), ("qwen_image", (1024, 1024)), ("tiktok", (768, 1344))],
)
def test_default_models_deliver_the_sizes_they_are_known_for(role: str, size: tuple[int, int]) -> None:
    """Sizes of the default models are those that the vendors deliver."""
    assert delivered_size(getattr(ModelTable(), role)) == size


@pytest.mark.parametrize(
    ("params", "size"),
    [
        ({"width": 640, "height": 480}, (640, 480)),
        ({"width": 0, "height": 480}, (1024, 1024)),
        ({"aspect_ratio": "3:2"}, (1248, 832)),
        ({}, (1024, 1024)),
        *(({"aspect_ratio": ratio}, (1024, 1024)) for ratio in ("match_input_image", "0:1", "-1:1", "inf:1", "nan:1",
                                                               "1:2:3", "1e-300:1", None, 7)),
    ],
)  # fmt: skip
def test_other_models_deliver_about_a_megapixel(params: dict[str, Any], size: tuple[int, int]) -> None:
    """A size given is taken, a ratio kept, and what is neither becomes a square."""
    assert delivered_size(Model(provider="replicate", name="a/b", params=params, price_usd=0)) == size


def test_a_role_may_name_models_that_are_tried_in_turn() -> None:
    """The first is laid over the default, the others have their own names, parameters and list prices."""
    dev = {"provider": "fal", "name": "fal-ai/flux/dev"}
    table = model_table({"hero": [{"price_usd": 0.05}, dev], "tiktok": dev | {"price_usd": 0.03}})
    assert (table.hero.name, table.hero.price_usd) == (ModelTable().hero.name, 0.05)
    [other] = table.hero.alternatives
    assert (other.provider, other.name, other.params, other.price_usd) == ("fal", "fal-ai/flux/dev", {}, 0.025)
    assert (table.tiktok.price_usd, table.tiktok.alternatives) == (0.03, ())
    assert len(list(table.all())) == 7
    with pytest.raises(ConfigurationError, match=r"IMAGES_MODELS: hero.alternatives.0.name: "):
        model_table({"hero": [{}, {"provider": "chutes", "name": "evil.example/x"}]})
    with pytest.raises(ConfigurationError, match="IMAGES_MODELS: hero must be an object"):
        model_table({"hero": []})


def test_a_size_in_an_object_is_known() -> None:
    """fal.ai's models take width and height within `image_size`; its short name joins app and path."""
    size = {"image_size": {"width": 768, "height": 1344}}
    model = Model(provider="fal", name="fal-ai/flux/dev", params=size, price_usd=0)
    assert (delivered_size(model), model.short_name) == ((768, 1344), "flux-dev")
