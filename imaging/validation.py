"""Validation patterns, and validation errors in words for users."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, WithJsonSchema

from imaging.printable import printable, printable_name

USER_ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"
LANGUAGE = r"^[a-z]{2}$"
_EMPTY_OR_ID = rf"^$|{USER_ID}"
# Parameters of flows that may be left out: None is the same as empty, and not in the schema, since Prefect's run form
# would ask for the type before it shows the field.
FormText = Annotated[str | None, WithJsonSchema({"type": "string"})]
FormTenant = Annotated[
    str | None, Field(pattern=_EMPTY_OR_ID), WithJsonSchema({"type": "string", "pattern": _EMPTY_OR_ID})
]
_EMPTY_OR_LANGUAGE = rf"^$|{LANGUAGE}"
FormLanguage = Annotated[
    str | None, Field(pattern=_EMPTY_OR_LANGUAGE), WithJsonSchema({"type": "string", "pattern": _EMPTY_OR_LANGUAGE})
]
SomeModel = TypeVar("SomeModel", bound=BaseModel)
_MOST = 20  # complaints; a document may have a million fields
_WORDS = {
    "Extra inputs are not permitted": "there is no such field: check its spelling",
    "Input should be a valid string": "must be text",
    f"String should match pattern '{LANGUAGE}'": "must be two small letters (ISO 639-1), like de",
    f"String should match pattern '{USER_ID}'": "must be 1 to 64 of a-z, 0-9, _ and -, not beginning with _ or -",
}


def explain(error: ValidationError) -> str:
    """Return the complaints of `error` on one line, each with its field first, without the wrong values.

    A value may be a secret in the wrong field, so it is never shown. An unknown field's name is shortened and its
    invisible characters are escaped.
    """
    complaints = []
    for item in error.errors(include_url=False, include_input=False, include_context=False)[:_MOST]:
        field = ".".join(printable_name(str(part)) for part in item["loc"])
        message = printable(_WORDS.get(item["msg"], item["msg"].removeprefix("Value error, ")))
        complaints.append(f"{field}: {message}" if field else message)
    more = error.error_count() - len(complaints)
    return "; ".join(complaints) + (f"; and {more:,} more" if more > 0 else "")


def parsed(model: type[SomeModel], document: Any) -> SomeModel | None:
    """Return the document as `model`, or None where it is none: a broken document counts as absent."""
    try:
        return model.model_validate(document)
    except ValidationError:
        return None
