"""Validation of article sources: a folder, `bucket:FOLDER`, or the http(s) address of a feed."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from imaging.articles.field_types import Fields, Line
from imaging.errors import ConfigurationError, InvalidInput
from imaging.validation import LANGUAGE, USER_ID, explain
from imaging.web_address import is_web_address, with_small_host

BUCKET = "bucket:"


class TenantSource(Fields):
    """A source in the variable `images_sources`: its name alone, or with the language of its articles."""

    source: Annotated[Line, Field(min_length=1)]
    language: Annotated[str, Field(pattern=LANGUAGE)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"source": value} if isinstance(value, str) else value


_TENANTS = TypeAdapter(dict[Annotated[str, Field(pattern=USER_ID)], list[TenantSource]])


def tenants_sources(value: Any, name: str) -> dict[str, list[TenantSource]]:
    """Return each tenant's sources in the variable `name`. Raises ConfigurationError."""
    try:
        return _TENANTS.validate_python(value or {})
    except ValidationError as error:
        raise ConfigurationError(f"Prefect variable {name}: {explain(error)}") from None


def is_feed(source: str) -> bool:
    """Return whether the source is a feed's address."""
    return is_web_address(source)


def checked_source(source: str) -> str:
    """Return the source in normal form: for a folder, the absolute path. Raises InvalidInput."""
    if source.startswith(BUCKET):
        if not source.removeprefix(BUCKET).strip("/"):
            raise InvalidInput("SOURCE: bucket: needs the folder of the articles, like bucket:acme/articles/")
        return source
    if is_feed(source):
        if "@" in source.split("/")[2]:
            raise InvalidInput("SOURCE: an address with credentials in it would be shown to people: give one without")
        return with_small_host(source)
    if "://" in source or "\0" in source or not source.strip():
        raise InvalidInput("SOURCE: must be a folder, an export, the http(s) address of a feed, or bucket:FOLDER")
    return str(Path(source).resolve())
