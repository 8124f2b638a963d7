"""Models and prices: the one table, which users may override in part (`IMAGES_MODELS`)."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from imaging.errors import ConfigurationError
from imaging.makers import MAKERS, Vendor
from imaging.platforms import Platform
from imaging.sanitizing.printable import printable_name
from imaging.spec import ImageSpec
from imaging.validation import explain

# The negative prompt of the comparison models; Flux knows no negative prompt.
NEGATIVE_PROMPT = "text, letters, watermark, logo, signature, blurry, low quality, deformed, extra fingers"


class Model(BaseModel):
    """A vendor's model, its parameters beside the prompt, and its price for one picture in USD.

    `alternatives`: the models that are tried in turn where this one makes no picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Vendor
    name: str = Field(max_length=120)  # with tenant and slug, an address stays below 500 characters
    params: dict[str, JsonValue] = {}
    price_usd: float = Field(ge=0, allow_inf_nan=False)
    alternatives: tuple["Model", ...] = ()

    @field_validator("name")
    @classmethod
    def _known_form(cls, name: str, of: ValidationInfo) -> str:
        # It may become part of the host's name: `evil.example/x` would send the API key to evil.example.
        maker = MAKERS.get(of.data.get("provider", ""))
        if maker and not re.fullmatch(maker.model_name, name):
            raise ValueError(f"a model on {maker.label} is named by {maker.model_named}")
        return name

    def without(self, words: str) -> "Model":
        """Return the model, its alternatives too, with these words in its negative prompt, if it has one."""
        negative = self.params.get("negative_prompt")
        extended = {"negative_prompt": f"{negative}, {words}"} if isinstance(negative, str) else {}
        others = tuple(one.without(words) for one in self.alternatives)
        return self.model_copy(update={"params": self.params | extended, "alternatives": others})

    @property
    def short_name(self) -> str:
        """The name as it stands in keys: `chutes-qwen-image` is `qwen-image`."""
        return short_name(self.name)

    def makes(self, spec: ImageSpec) -> bool:
        """Return whether it is this model, with these parameters, that is to make the picture."""
        return (self.provider, self.name, self.params) == (spec.provider, spec.model, spec.params)


def short_name(name: str) -> str:
    """Return a model's name without owner, version and what Chutes puts before it."""
    owner, _, model = name.partition(":")[0].partition("/")
    return (model or owner).replace("/", "-").removeprefix("chutes-")


class ModelTable(BaseModel):
    """The model of each role. Prices are list prices of November 2026; Chutes bills time: an estimate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hero: Model = Model(
        provider="replicate",
        name="black-forest-labs/flux-1.1-pro-ultra",
        params={"aspect_ratio": "16:9", "output_format": "png", "safety_tolerance": 4, "raw": False},
        price_usd=0.06,
    )
    supporting: Model = Model(
        provider="replicate",
        name="black-forest-labs/flux-dev",
        params={"aspect_ratio": "1:1", "output_format": "png"},
        price_usd=0.025,
    )
    juggernautxl: Model = Model(
        provider="chutes",
        name="chutes-juggernautxl",
        params={"width": 1024, "height": 1024, "num_inference_steps": 25, "guidance_scale": 7.5,
                "negative_prompt": NEGATIVE_PROMPT},
        price_usd=0.006,
    )  # fmt: skip
    qwen_image: Model = Model(
        provider="chutes",
        name="chutes-qwen-image",
        # Qwen-Image reads true_cfg_scale and ignores guidance_scale.
        params={"width": 1024, "height": 1024, "num_inference_steps": 35, "true_cfg_scale": 4.0,
                "negative_prompt": NEGATIVE_PROMPT},
        price_usd=0.006,
    )  # fmt: skip
    instagram: Model = Model(
        provider="replicate",
        name="black-forest-labs/flux-dev",
        params={"aspect_ratio": "1:1", "output_format": "png"},
        price_usd=0.025,
    )
    tiktok: Model = Model(
        provider="replicate",
        name="black-forest-labs/flux-dev",
        params={"aspect_ratio": "9:16", "output_format": "png"},
        price_usd=0.025,
    )

    def all(self) -> Iterator[Model]:
        """Yield every model that may be asked for a picture."""
        for _, model in self:
            yield from (model, *model.alternatives)

    def without(self, words: str | None) -> "ModelTable":
        """Return the table with these words in the negative prompts of the models that know one."""
        return self.model_copy(update={role: model.without(words) for role, model in self}) if words else self

    def for_platform(self, platform: Platform) -> Model:
        """Return the model of a social picture: its role has the platform's name."""
        model: Model = getattr(self, platform.name)
        return model

    @model_validator(mode="after")
    def _comparable(self) -> "ModelTable":
        if self.juggernautxl.short_name == self.qwen_image.short_name:
            raise ValueError("juggernautxl and qwen_image must have different names, since their pictures are named so")
        return self


def model_table(overrides: Any, source: str = "IMAGES_MODELS") -> ModelTable:
    """Return the table with `overrides` laid over it: `{"hero": {"price_usd": 0.05}}` changes that alone.

    `params` are laid over the default ones key by key as long as the model stays the same; another model
    starts from the parameters given. A list names the models that are tried in turn.
    Raises ConfigurationError naming what is wrong in `source`.
    """
    if not isinstance(overrides, Mapping):
        raise ConfigurationError(f'{source}: must be an object like {{"hero": {{"price_usd": 0.05}}}}')
    table = ModelTable().model_dump()
    for role, change in overrides.items():
        changes = change if isinstance(change, list) and change else [change]
        where = f"{source}: {printable_name(str(role))}"
        first, *others = (_changed(table.get(role, {}), one, where) for one in changes)
        table[role] = first | {"alternatives": others}
    try:
        return ModelTable.model_validate(table)
    except ValidationError as error:
        raise ConfigurationError(f"{source}: {explain(error, of=ModelTable)}") from None


def _changed(default: Mapping[str, Any], change: Any, where: str) -> dict[str, Any]:
    """Return a model with `change` laid over it. Raises ConfigurationError naming what is wrong `where`."""
    if not isinstance(change, Mapping):
        raise ConfigurationError(f'{where} must be an object like {{"price_usd": 0.05}}, or a list of such')
    params = change.get("params", {})
    if not isinstance(params, Mapping):
        raise ConfigurationError(f'{where}.params must be an object like {{"output_format": "png"}}')
    same_model = change.get("name", default.get("name")) == default.get("name")
    inherited = default.get("params", {}) if same_model else {}
    listed = {} if same_model else _listed_price(change)
    return {**default, **listed, **change, "params": {**inherited, **params}}


# List prices of November 2026 for one picture, in USD, of models that are no default; of about a megapixel where that
# is what is billed.
_PRICES = {
    ("fal", "fal-ai/flux-pro/v1.1-ultra"): 0.06,
    ("fal", "fal-ai/flux/dev"): 0.025,
    ("fal", "fal-ai/imagen4/preview"): 0.05,
}


def _listed_price(change: Mapping[str, Any]) -> dict[str, float]:
    price = _PRICES.get((str(change.get("provider")), str(change.get("name"))))
    return {} if price is None else {"price_usd": price}


# Pixels as the models deliver them, by aspect ratio; what the offline painter paints too.
_DELIVERED = {
    ("flux-1.1-pro-ultra", "16:9"): (2752, 1536),
    ("flux-pro-v1.1-ultra", "16:9"): (2752, 1536),
    ("flux-dev", "1:1"): (1024, 1024),
    ("flux-dev", "9:16"): (768, 1344),
    ("flux-dev", "16:9"): (1344, 768),
}


def spec_fields(model: Model) -> dict[str, Any]:
    """Return the fields of a spec that say which model makes the picture, and how."""
    return {
        "provider": model.provider,
        "model": model.name,
        "params": model.params,
        "price_usd": model.price_usd,
        "size": delivered_size(model),
    }


def delivered_size(model: Model) -> tuple[int, int]:
    """Return the (width, height) in pixels that `model` is expected to deliver with its parameters."""
    ratio = str(model.params.get("aspect_ratio", "1:1"))
    return known_size(model.name, model.params) or _about_a_megapixel(ratio)


def known_size(model: str, params: Mapping[str, JsonValue]) -> tuple[int, int] | None:
    """Return the (width, height) in pixels that a model of this name delivers; None where that can only be guessed."""
    nested = params.get("image_size")  # fal.ai has the sides in an object
    sides = nested if isinstance(nested, dict) else params
    width, height = sides.get("width"), sides.get("height")
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        return width, height
    return _DELIVERED.get((short_name(model), str(params.get("aspect_ratio", "1:1"))))


def ratio_sides(params: Mapping[str, JsonValue]) -> tuple[int, int] | None:
    """Return the two sides of the `aspect_ratio` that is asked for, such as (16, 9); None where none is."""
    sides = re.fullmatch(r"([1-9]\d{0,2}):([1-9]\d{0,2})", str(params.get("aspect_ratio")))
    return (int(sides[1]), int(sides[2])) if sides else None


def _about_a_megapixel(ratio: str) -> tuple[int, int]:
    sides = ratio_sides({"aspect_ratio": ratio})
    if not sides:
        return 1024, 1024
    across, down = sides
    unit = math.sqrt(1024 * 1024 / (across * down))
    return max(32, round(across * unit / 32) * 32), max(32, round(down * unit / 32) * 32)
