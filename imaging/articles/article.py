"""The Article model: the input of a run."""

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, field_validator, model_serializer

from imaging.articles.brand import Brand
from imaging.articles.field_types import Fields, Id, PlainText, Text, plain_in_forms, without_default
from imaging.articles.origin import Origin
from imaging.slug import BRANDING, DEFAULT_TENANT, MAX_LENGTH, SLUG
from imaging.text.dialects import title_words
from imaging.text.teaser import teaser
from imaging.validation import LANGUAGE, USER_ID

# Prefect refuses a run whose parameters exceed 512 KB as ASCII JSON, in which an umlaut or a Chinese character takes
# six bytes. The other fields need little of it.
MAX_BODY_BYTES = 480_000


class Article(Fields):
    """One article, as the CMS knows it. Only the topic is required."""

    # Not the tenant and the body: whose pictures they are, and what they show, must not be lost by a slip.
    null_is_absent = frozenset({"excerpt", "language", "brand", "origin"})

    # The run form shows the fields in this order (a docstring would stand in the form).
    topic: PlainText = Field(
        ..., title="Topic", description="The article's title, 1 to 300 characters, in any language"
    )
    # A text field of the form has one line; Prefect has no way to ask for more.
    body: Text = Field(
        "",
        title="Body",
        description="Markdown; ## headings get pictures of their own. Drag the field's corner for more lines",
    )
    user_id: str = Field(
        DEFAULT_TENANT,
        pattern=USER_ID,
        title="Tenant",
        description="Whose article it is, and the pictures' first folder: a-z, 0-9, _ and -, at most 64",
    )
    excerpt: Annotated[PlainText, AfterValidator(teaser)] = Field(
        "", max_length=2000, title="Excerpt", description="One or two sentences, shown on cards; they help the hero too"
    )
    language: str = Field(
        "de",
        pattern=LANGUAGE,
        title="Language",
        description="Two letters: de, en, ja. Empty: the tenant's, else found from the text",
        json_schema_extra=without_default,
    )
    article_id: Id | None = Field(
        None,
        min_length=1,
        max_length=200,
        title="Article id",
        description="The CMS's own, if it has one: the article keeps its pictures when its title changes",
        json_schema_extra=plain_in_forms,
    )
    slug: str | None = Field(
        None,
        title="Slug",
        description="The pictures' folder. Empty: made from the topic",
        json_schema_extra=plain_in_forms,
    )
    brand: Brand = Field(default_factory=Brand, title="Brand")
    origin: Origin = Field(
        default_factory=Origin,
        title="Origin",
        description="For programs: where the article comes from",
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

    @model_serializer(mode="wrap")
    def _as_given(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a language that nobody has chosen, so that what is read back takes the tenant's."""
        given: dict[str, Any] = fields(self)
        if "language" not in self.model_fields_set:
            given.pop("language", None)
        return given

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
