"""Changes of a tenant's brand, and what it is after one."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from imaging.articles.brand import Color, SiteName, TenantBrand, Words, is_address, is_key, none_if_blank
from imaging.articles.field_types import Fields, plain_in_forms
from imaging.card_templates import Template
from imaging.validation import LANGUAGE

Asset = Literal["logo", "font"]
ASSETS: tuple[Asset, ...] = get_args(Asset)
EVERYTHING = "everything"
MAX_DATA_URL = 400_000  # characters; with other parameters a run has at most 512 KB


def _place(place: str) -> str:
    if place[:5].lower() == "data:":
        if len(place) > MAX_DATA_URL:
            raise ValueError(f"a data: URL has at most {MAX_DATA_URL:,} characters: give an https URL or a key")
    elif not (is_address(place) or is_key(place)):
        raise ValueError("must be an https URL, a data: URL, or a key below the tenant's folder (branding/logo.png)")
    return place


Place = Annotated[str, AfterValidator(_place)]
_Blank = BeforeValidator(none_if_blank)


def _field(title: str, description: str) -> Any:
    return Field(None, title=title, description=description, json_schema_extra=plain_in_forms)


class BrandChange(Fields):
    """What is to change of a tenant's brand; a field that is left empty stays as it is."""

    color: Annotated[Color | None, _Blank] = _field("Brand colour", "Six hex digits: #0a7d5a")
    logo: Annotated[Place | None, _Blank] = _field(
        "Logo", "An https URL, a data: URL, or a key below the tenant's folder; PNG, SVG, WebP or JPEG"
    )
    template: Annotated[Template | None, _Blank] = _field("Card template", "Of articles that choose none")
    site_name: Annotated[SiteName | None, _Blank] = _field("Site name", "On cards, and in the gallery's frames")
    style: Annotated[Words | None, _Blank] = _field(
        "Style words", "End every prompt, with the colour's name: pictures are made anew, and paid"
    )
    avoid: Annotated[Words | None, _Blank] = _field(
        "Words to avoid", "With commas between them; in every prompt: pictures are made anew, and paid"
    )
    language: Annotated[Annotated[str, Field(pattern=LANGUAGE)] | None, _Blank] = _field(
        "Language", "Of articles that name none: de, en, ja"
    )
    font: Annotated[Place | None, _Blank] = _field(
        "Font", "An https URL, a data: URL or a key: TTF, OTF or WOFF2, with a licence that allows it"
    )

    def over(self, brand: TenantBrand, stored: dict[str, str]) -> TenantBrand:
        """Return the brand with these changes; `stored`: the keys under which its new assets were stored."""
        changes = self.model_dump(exclude_none=True) | stored
        return TenantBrand.model_validate(brand.model_dump(exclude_none=True) | changes)


class StoredAsset(BaseModel):
    """An object of a brand. Width, height (pixels) and their ratio of a logo without transparent margin.

    `family` and `letters` (how many it has glyphs for) of a font. `advice`: what a designer would say of it.
    """

    model_config = ConfigDict(frozen=True)

    name: Asset
    key: str
    url: str
    content_type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    ratio: float | None = None
    family: str | None = None
    letters: int | None = None
    advice: list[str] = []

    @property
    def facts(self) -> str:
        """Its size in words for users."""
        amount = f"{self.bytes / 1e3:,.0f} kB"
        if self.width is None:
            return f"({self.family}, {self.letters:,} letters, {amount})"
        return f"({self.width}x{self.height}, ratio {self.ratio:g}, {amount})"


class BrandReport(TenantBrand):
    """A tenant's brand with its assets. `notes`: what comes of a change, in words for users."""

    user_id: str
    assets: Sequence[StoredAsset] = ()
    preview_url: str | None = None
    notes: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the tenant has no brand."""
        return not any(getattr(self, field) for field in TenantBrand.model_fields)
