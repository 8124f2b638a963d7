"""The three Flux models as the vendor publishes them: sizes in pixels, and what their inputs may be.

Ratios, formats and ranges follow the schemas on https://replicate.com/black-forest-labs; the words of a
refusal follow 422 bodies that the vendor has sent.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Size = tuple[int, int]

_FLUX_SIZES: dict[str, Size] = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
ULTRA_SIZES: dict[str, Size] = {
    "1:1": (2048, 2048),
    "16:9": (2752, 1536),
    "21:9": (3136, 1344),
    "3:2": (2496, 1664),
    "2:3": (1664, 2496),
    "4:5": (1792, 2240),
    "5:4": (2240, 1792),
    "3:4": (1792, 2368),
    "4:3": (2368, 1792),
    "9:16": (1536, 2752),
    "9:21": (1344, 3136),
}


@dataclass(frozen=True)
class Problem:
    """One entry of `invalid_fields`."""

    type: str
    field: str
    description: str


@dataclass(frozen=True)
class Model:
    """What one model accepts and makes."""

    name: str
    sizes: Mapping[str, Size]
    formats: tuple[str, ...]
    """The first is the default."""
    default_ratio: str
    ranges: Mapping[str, tuple[float, float]]
    """Numbers, with both ends allowed."""
    one_string: bool = False
    """Whether `output` is a single URL; otherwise it is a list, even of one."""

    @property
    def version(self) -> str:
        """A made-up version id: 64 hexadecimal digits, as `POST /v1/predictions` takes them."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    def size(self, given: Mapping[str, Any]) -> Size:
        """Width and height of the picture for a valid input."""
        return self.sizes[given.get("aspect_ratio", self.default_ratio)]

    def extension(self, given: Mapping[str, Any]) -> str:
        """The format of the picture for a valid input."""
        return str(given.get("output_format", self.formats[0]))

    def problems(self, given: Mapping[str, Any]) -> Iterator[Problem]:
        """Everything the vendor would refuse; unknown fields are not among it."""
        if "prompt" not in given:
            yield Problem("required", "input", "prompt is required")
        elif not isinstance(given["prompt"], str):
            yield Problem("invalid_type", "input.prompt", "Invalid type. Expected: string, given: other")
        for name, allowed in (("aspect_ratio", tuple(self.sizes)), ("output_format", self.formats)):
            if name in given and given[name] not in allowed:
                listed = ", ".join(f'"{value}"' for value in allowed)
                yield Problem("enum", f"input.{name}", f"{name} must be one of the following: {listed}")
        for name, (low, high) in self.ranges.items():
            if name in given:
                yield from _out_of_range(name, given[name], low, high)


def _out_of_range(name: str, value: Any, low: float, high: float) -> Iterator[Problem]:
    field = f"input.{name}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Problem("invalid_type", field, "Invalid type. Expected: number, given: other")
    elif value < low:
        yield Problem("number_gte", field, f"Must be greater than or equal to {low:g}")
    elif value > high:
        yield Problem("number_lte", field, f"Must be less than or equal to {high:g}")


_DEV_RANGES = {
    "num_outputs": (1, 4),
    "num_inference_steps": (1, 50),
    "guidance": (0, 10),
    "output_quality": (0, 100),
}
_SCHNELL_RANGES = {"num_outputs": (1, 4), "num_inference_steps": (1, 4), "output_quality": (0, 100)}
_ULTRA_RANGES = {"safety_tolerance": (1, 6), "image_prompt_strength": (0, 1)}
_OWNER = "black-forest-labs"

MODELS = {
    model.name: model
    for model in (
        Model(f"{_OWNER}/flux-dev", _FLUX_SIZES, ("webp", "jpg", "png"), "1:1", _DEV_RANGES),
        Model(f"{_OWNER}/flux-schnell", _FLUX_SIZES, ("webp", "jpg", "png"), "1:1", _SCHNELL_RANGES),
        Model(
            f"{_OWNER}/flux-1.1-pro-ultra",
            ULTRA_SIZES,
            ("jpg", "png"),
            "1:1",
            _ULTRA_RANGES,
            one_string=True,
        ),
    )
}


def by_version(reference: str) -> Model | None:
    """The model that a `version` of `POST /v1/predictions` names: an id, `owner/name`, or `owner/name:id`."""
    name, _, version = reference.rpartition(":")
    for model in MODELS.values():
        if reference in {model.name, model.version} or (name, version) == (model.name, model.version):
            return model
    return None
