"""The specification of a picture: one frozen value for each picture of an article's plan."""

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, JsonValue, WithJsonSchema

from imaging.kinds import Kind
from imaging.makers import MAKERS, Provider

# A choice of kinds; None means all. Without null in its schema, since Prefect's run form would then ask for the type
# before it shows the field.
Kinds = Annotated[
    Sequence[Kind] | None, WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(Kind)}})
]


class Section(BaseModel):
    """A heading of the article, and its anchor on the page."""

    model_config = ConfigDict(frozen=True)

    heading: str
    anchor: str


class ImageSpec(BaseModel):
    """A picture to make: its maker, the maker's input, and its key.

    `params`: the maker's own parameters beside the prompt. `size`: (width, height) in pixels as the maker delivers it.
    `stem`: the key without hash and extension; `hash_length`: the number of hex digits of the content's SHA-256 that
    follow it (0: a fixed name). `price_usd`: the list price of one call. `contains`: the makers of the pictures inside
    this one; a card over a hero by Replicate is a composite with AI imagery. `section`: the heading it belongs under.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind
    platform: str | None = None
    provider: Provider
    model: str
    prompt: str | None = None
    params: dict[str, JsonValue] = {}
    size: tuple[int, int]
    user_id: str
    slug: str
    stem: str
    hash_length: int = 0
    alt_text: str
    price_usd: float = 0.0
    contains: tuple[Provider, ...] = ()
    section: Section | None = None

    @property
    def needs_hero(self) -> bool:
        """Whether this is a card over the article's hero, and the hero is not set yet."""
        return MAKERS[self.provider].draws_cards and "hero" in self.params and self.params["hero"] is None

    @property
    def digest(self) -> str:
        """Hex SHA-256 of everything that changes the pixels or the place, and nothing else."""
        material = {
            "revision": MAKERS[self.provider].revision,
            "provider": self.provider,
            "model": self.model,
            "prompt": self.prompt,
            "params": self.params,
            "size": self.size,
            "stem": self.stem,
        }
        canonical = json.dumps(material, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def reseeded(self) -> "ImageSpec":
        """The same picture with another, fixed seed. Its digest and records differ."""
        return self.model_copy(update={"params": self.params | {"seed": int(self.digest[:7], 16)}})

    @property
    def cache_key(self) -> str:
        """The key of the cached result: readable, grouped by tenant and article, made unique by the digest."""
        return f"{self.stem}-{self.digest[:32]}"
