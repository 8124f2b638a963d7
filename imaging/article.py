"""The article: what goes in, and how it is read from Markdown or JSON."""

import json
import re
import unicodedata
from typing import Annotated, Any, Literal

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from imaging.errors import InvalidInput
from imaging.slug import BRANDING, MAX_LENGTH, SLUG
from imaging.validation import explain

# Prefect refuses a run whose parameters have more than 512 KB, written as JSON in ASCII: an umlaut or a Chinese
# character counts six bytes. The other fields take little of it.
MAX_BODY_BYTES = 480_000
USER_ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"
_LOGO_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")


# One spelling for what looks the same: an editor that writes "u" + combining dots does not make another article.
# PostgreSQL holds no NUL: with one in its parameters, Prefect refuses the run.
def _one_spelling(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a character (a lone surrogate)") from None
    return unicodedata.normalize("NFC", text.replace("\0", " "))


Text = Annotated[str, AfterValidator(_one_spelling)]


def _plain_in_forms(schema: dict[str, Any]) -> None:
    """Describe text that may be null as plain text without a default; Prefect accepts null for it all the same.

    With null among its types, Prefect's run form asks for the type before it shows a field; a default of null it
    would send back, and refuse.
    """
    text, _null = schema.pop("anyOf")
    del schema["default"]
    schema |= text


class Brand(BaseModel):
    """How the tenant's pictures look."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    color: str | None = Field(
        None, title="Brand colour", description="Six hex digits: #0a7d5a", json_schema_extra=_plain_in_forms
    )
    logo: str | None = Field(
        None,
        title="Logo",
        description="Key below the tenant's folder (branding/logo.png) or an https URL",
        json_schema_extra=_plain_in_forms,
    )
    template: Literal["minimal", "gradient", "photo", "split"] = Field("minimal", title="Card template")

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
        if logo is None or re.match(r"https?://[^\s/]", logo):
            return logo
        if len(logo) > 200 or not _LOGO_KEY.fullmatch(logo):
            raise ValueError("must be a key like branding/logo.png or a URL like https://example.com/logo.png")
        return logo


class Article(BaseModel):
    """One article, as the CMS knows it. Only the topic is required."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Text = Field(..., title="Topic", description="The article's title, 1 to 300 characters, in any language")
    body: Text = Field("", title="Body", description="Markdown; its H2 headings steer the plan")
    excerpt: Text = Field("", max_length=2000, title="Excerpt", description="One or two sentences for the cards")
    language: str = Field(
        "de", pattern=r"^[a-z]{2}$", title="Language", description="ISO 639-1, two letters: de, en, ja"
    )
    user_id: str = Field(
        "default",
        pattern=USER_ID,
        title="Tenant",
        description="Leads every key: a-z, 0-9, _ and -, at most 64 characters",
    )
    article_id: str | None = Field(
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
        if not any(sign.isprintable() and sign != " " for sign in topic):  # zero-width signs alone are no title
            raise ValueError("must not be empty")
        if len(topic) > 300:
            raise ValueError(f"has {len(topic)} characters; at most 300 are allowed")
        return topic

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


def article_from(fields: Any) -> Article:
    """Return the article that `fields` describe. Raises InvalidInput naming every wrong field."""
    if not isinstance(fields, dict):
        raise InvalidInput("the article must be an object with the fields of Article, at least a topic")
    try:
        return Article.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(explain(error)) from None


def parse_json(text: str) -> Article:
    """Return the article in a JSON document. Raises InvalidInput."""
    try:
        fields = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise InvalidInput(f"the article is not valid JSON: {error}") from None
    except (ValueError, RecursionError):
        raise InvalidInput("the article is not valid JSON: a number is too long, or it is nested too deeply") from None
    return article_from(fields)


def parse_markdown(text: str) -> Article:
    """Return the article in a Markdown document: YAML front matter holds the fields, the rest is the body.

    A field that is left empty counts as not given. Raises InvalidInput.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not re.match(r"---[ \t]*\n", text):
        raise InvalidInput("the article has no front matter: begin it with ---, a line `topic: ...`, and ---")
    if not re.search(r"\n---[ \t]*(?:\n|\Z)", text):
        raise InvalidInput("the front matter is not closed: end it with a line of ---")
    try:
        fields, body = frontmatter.parse(text, handler=_FrontMatter())
    except yaml.YAMLError as error:
        raise InvalidInput(f"the front matter is not valid YAML: {_yaml_trouble(error)}") from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise InvalidInput("the front matter must be `field: value` lines, like `topic: ...`") from None
    if not isinstance(fields, dict) or not all(isinstance(name, str) for name in fields):
        raise InvalidInput("the front matter must be `field: value` lines, like `topic: ...`")
    if "body" in fields:
        raise InvalidInput("body: comes from the text below the front matter, not from a field in it")
    return article_from({name: value for name, value in fields.items() if value is not None} | {"body": body})


class _Words(yaml.SafeLoader):
    """YAML whose words stay words. YAML 1.1 would make a number of `article_id: 0311` (201, octal), of
    `topic: 12:30:45` (sexagesimal), a boolean of `language: no` and a date of `topic: 2026-01-01`.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the base class has it
        first: [(tag, words) for tag, words in resolvers if tag.endswith(":null")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class _FrontMatter(YAMLHandler):
    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)  # the library's own swallows blank lines, and so miscounts

    def load(self, fm: str, **_: object) -> Any:
        return yaml.load(fm, Loader=_Words)  # noqa: S506 - a SafeLoader


def _yaml_trouble(error: yaml.YAMLError) -> str:
    """Say where and what, without the words of the document that the parser quotes."""
    mark = getattr(error, "problem_mark", None)
    problem = re.sub(r" (['\"])(?!<).{2,}\1", "", getattr(error, "problem", None) or "it cannot be read")
    return f"line {mark.line + 1}: {problem}" if mark else problem
