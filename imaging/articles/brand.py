"""Brands: that of a tenant (`branding/brand.json`), and what an article says of its own."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from imaging.articles.field_types import MAX_URL, Fields, Line, plain_in_forms
from imaging.card_templates import DEFAULT_TEMPLATE, Template
from imaging.validation import LANGUAGE

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
MAX_SITE_NAME, MAX_WORDS = 60, 300  # characters


def _six_hex_digits(color: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise ValueError("must be # and six hex digits, like #0a7d5a")
    return color.lower()


def is_address(place: str) -> bool:
    """Return whether this is an http(s) URL that an asset may be fetched from, as far as its form says."""
    return len(place) <= MAX_URL and re.fullmatch(r"(?i:https?)://[^\s/]\S*", place) is not None and place.isprintable()


def is_key(place: str) -> bool:
    """Return whether this may be the key of an object below a tenant's folder."""
    return len(place) <= 200 and _KEY.fullmatch(place) is not None


def _key_or_url(logo: str) -> str:
    if not (is_address(logo) or is_key(logo)):
        raise ValueError(
            "must be a key like branding/logo.png, or a URL like https://example.com/logo.png of at most"
            f" {MAX_URL:,} characters, without blanks"
        )
    return logo


def _key(place: str) -> str:
    if not is_key(place):
        raise ValueError("must be a key below the tenant's folder, like branding/logo.png")
    return place


def none_if_blank(value: Any) -> Any:
    """Return None for blank text, as forms send it for a field that was left empty."""
    return None if isinstance(value, str) and not value.strip() else value


_Blank = BeforeValidator(none_if_blank)
Color = Annotated[str, AfterValidator(_six_hex_digits)]
Logo = Annotated[str, AfterValidator(_key_or_url)]
Key = Annotated[str, AfterValidator(_key)]
Words = Annotated[
    Line, Field(max_length=MAX_WORDS), AfterValidator(lambda words: " ".join(words.split()).strip(" ,.;"))
]
SiteName = Annotated[Line, Field(max_length=MAX_SITE_NAME), AfterValidator(str.strip)]


class Brand(Fields):
    """What an article says of its own branding; it wins over the tenant's."""

    color: Color | None = Field(
        None, title="Brand colour", description="Six hex digits: #0a7d5a", json_schema_extra=plain_in_forms
    )
    logo: Logo | None = Field(
        None,
        title="Logo",
        description="Key below the tenant's folder (branding/logo.png) or an https URL",
        json_schema_extra=plain_in_forms,
    )
    template: Template | None = Field(
        None,
        title="Card template",
        description=f"None: the tenant's, else {DEFAULT_TEMPLATE}",
        json_schema_extra=plain_in_forms,
    )


class TenantBrand(Fields):
    """A tenant's brand, as `branding/brand.json` has it. Each field is optional.

    `logo`, `font`: keys below the tenant's folder; a logo may be a URL, as an article's may. `style`, `avoid`: words
    for the prompts; `language`: of articles that name none (ISO 639-1).
    """

    color: Annotated[Color | None, _Blank] = None
    logo: Annotated[Logo | None, _Blank] = None
    template: Annotated[Template | None, _Blank] = None
    site_name: Annotated[SiteName | None, _Blank] = None
    font: Annotated[Key | None, _Blank] = None
    style: Annotated[Words | None, _Blank] = None
    avoid: Annotated[Words | None, _Blank] = None
    language: Annotated[Annotated[str, Field(pattern=LANGUAGE)] | None, _Blank] = None

    def under(self, own: Brand) -> "TenantBrand":
        """Return this brand under an article's own fields, which win."""
        return self.model_copy(update=own.model_dump(exclude_none=True))

    @property
    def avoided(self) -> list[str]:
        """The words to avoid, one by one."""
        return [word for part in (self.avoid or "").split(",") if (word := part.strip())]

    @property
    def in_prompts(self) -> bool:
        """Whether the prompts of the tenant's articles have words of the brand."""
        return bool(self.style or self.avoid)
