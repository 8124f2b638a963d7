"""The Article model: the input of a run."""

import json
import re
import unicodedata
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from imaging.articles.origin import Origin
from imaging.card_templates import DEFAULT_TEMPLATE, Template
from imaging.printable import printable, printable_name
from imaging.slug import BRANDING, MAX_LENGTH, SLUG
from imaging.text.dialects import title_words
from imaging.text.plain import without_directions, words_of
from imaging.text.teaser import teaser
from imaging.validation import LANGUAGE, USER_ID

# Prefect refuses a run whose parameters exceed 512 KB as ASCII JSON, in which an umlaut or a Chinese character takes
# six bytes. The other fields need little of it.
MAX_BODY_BYTES = 480_000
MAX_URL = 2_000  # characters
_MOST_UNKNOWN = 20  # unknown fields that are listed by name; a hostile file may have a million
_LOGO_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")


# NFC, so that "u" + combining dots and "ü" are the same article. PostgreSQL cannot store NUL: Prefect refuses a run
# with one in its parameters.
def _one_spelling(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a character (a lone surrogate)") from None
    return unicodedata.normalize("NFC", without_directions(text.replace("\0", " ")))


Text = Annotated[str, AfterValidator(_one_spelling)]
PlainText = Annotated[Text, AfterValidator(words_of)]  # systems that store HTML send it in titles and summaries too


def _number_as_text(value: Any) -> Any:
    """Convert an id given as the number 4711 to "4711", as Markdown and JSON Feed have it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**200 else value


def _one_visible_line(text: str) -> str:
    if text != printable(text):
        raise ValueError("holds line ends, tabs or control characters: take them out")
    return text


Id = Annotated[str, BeforeValidator(_number_as_text), AfterValidator(_one_visible_line)]


def _plain_in_forms(schema: dict[str, Any]) -> None:
    """Describe nullable text as plain text without a default; Prefect still accepts null for it.

    With null among the types, Prefect's run form asks for the type before it shows a field; and it would submit a
    default of null, which it then refuses.
    """
    text, _null = schema.pop("anyOf")
    del schema["default"]
    schema |= text


class _Fields(BaseModel):
    """Fields from untrusted input. Refuses names with control characters, as Prefect would print them as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _names(cls, fields: Any) -> Any:
        unknown = fields.keys() - cls.model_fields.keys() if isinstance(fields, dict) else set()
        hostile = [name for name in unknown if not (isinstance(name, str) and name.isprintable() and len(name) <= 60)]
        if hostile or len(unknown) > _MOST_UNKNOWN:
            shown = printable_name(str(next(iter(hostile or unknown))))
            raise ValueError(f"has fields that it should not have, such as {shown}: check their spelling")
        return fields


class Brand(_Fields):
    """The branding of a tenant's pictures."""

    color: str | None = Field(
        None, title="Brand colour", description="Six hex digits: #0a7d5a", json_schema_extra=_plain_in_forms
    )
    logo: str | None = Field(
        None,
        title="Logo",
        description="Key below the tenant's folder (branding/logo.png) or an https URL",
        json_schema_extra=_plain_in_forms,
    )
    template: Template = Field(DEFAULT_TEMPLATE, title="Card template")

    @field_validator("color")
    @classmethod
    def _six_hex_digits(cls, color: str | None) -> str | None:
        if color is None:
            return None
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
            raise ValueError("must be # and six hex digits, like #0a7d5a")
        return color.lower()

    @field_validator("logo")
    @classmethod
    def _key_or_url(cls, logo: str | None) -> str | None:
        if logo is None or (len(logo) <= MAX_URL and re.fullmatch(r"https?://[^\s/]\S*", logo) and logo.isprintable()):
            return logo
        if len(logo) > 200 or not _LOGO_KEY.fullmatch(logo):
            raise ValueError(
                "must be a key like branding/logo.png, or a URL like https://example.com/logo.png of at most"
                f" {MAX_URL:,} characters, without blanks"
            )
        return logo


class Article(_Fields):
    """One article, as the CMS knows it. Only the topic is required."""

    # The run form shows the fields in this order (a docstring would stand in the form).
    topic: PlainText = Field(
        ..., title="Topic", description="The article's title, 1 to 300 characters, in any language"
    )
    body: Text = Field("", title="Body", description="Markdown; its H2 headings steer the plan")
    excerpt: Annotated[PlainText, AfterValidator(teaser)] = Field(
        "", max_length=2000, title="Excerpt", description="One or two sentences for the cards"
    )
    language: str = Field("de", pattern=LANGUAGE, title="Language", description="ISO 639-1, two letters: de, en, ja")
    user_id: str = Field(
        "default",
        pattern=USER_ID,
        title="Tenant",
        description="Leads every key: a-z, 0-9, _ and -, at most 64 characters",
    )
    article_id: Id | None = Field(
        None,
        min_length=1,
        max_length=200,
        title="Article id",
        description="The CMS's stable id, if it has one",
        json_schema_extra=_plain_in_forms,
    )
    slug: str | None = Field(
        None,
        title="Slug",
        description="Only to override the one that is made from the topic",
        json_schema_extra=_plain_in_forms,
    )
    brand: Brand = Field(default_factory=Brand, title="Brand")
    origin: Origin = Field(
        default_factory=Origin, title="Origin", description="Where the article comes from, to recognise it again"
    )

    @field_validator("body")
    @classmethod
    def _fits_into_a_run(cls, body: str) -> str:
        if (size := len(json.dumps(body))) > MAX_BODY_BYTES:
            raise ValueError(
                f"has {size:,} bytes as JSON; at most {MAX_BODY_BYTES:,} are allowed: shorten it or split the article"
            )
        return body

    @field_validator("topic")
    @classmethod
    def _one_line(cls, topic: str) -> str:
        topic = re.sub(r"[\x00-\x1f\x7f-\x9f\s]+", " ", topic).strip()
        if not any(sign.isprintable() and sign != " " for sign in topic):  # only zero-width characters
            raise ValueError("must not be empty")
        if len(topic) > 300:
            raise ValueError(f"has {len(topic)} characters; at most 300 are allowed")
        return topic

    @property
    def title(self) -> str:
        """The topic for prompts and readers: without short codes, wiki links and other markup of site generators."""
        return title_words(self.topic)

    @field_validator("slug")
    @classmethod
    def _slug_shape(cls, slug: str | None) -> str | None:
        if slug is not None and (len(slug) > MAX_LENGTH or not SLUG.fullmatch(slug)):
            raise ValueError(
                f"must be a-z, 0-9 and single hyphens, at most {MAX_LENGTH} characters, like kaffee-richtig-lagern"
            )
        if slug == BRANDING:
            raise ValueError(f"{BRANDING} is the folder of the tenant's logos; choose another")
        return slug
