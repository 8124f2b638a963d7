"""Validation patterns, and validation errors in words for users."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from imaging.sanitizing.printable import printable, printable_name

USER_ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"
LANGUAGE = r"^[a-z]{2}$"
SomeModel = TypeVar("SomeModel", bound=BaseModel)
_MOST = 20  # complaints; a document may have a million fields
_OURS = "{words}"  # a message of pydantic's that is all ours
_PATTERNS = {
    LANGUAGE: "must be two small letters (ISO 639-1), like de",
    USER_ID: "must be 1 to 64 of a-z, 0-9, _ and -, not beginning with _ or -",
}


def _empty_or(pattern: str) -> AfterValidator:
    def check(text: str | None) -> str | None:
        if text and not re.fullmatch(pattern, text):
            raise PydanticCustomError("string_pattern_mismatch", _OURS, {"words": _PATTERNS[pattern]})
        return text

    return AfterValidator(check)


# Parameters of flows that may be left out: None is the same as empty, and not in the schema, since Prefect's run form
# would ask for the type before it shows the field. Prefect shows as it is what they are refused with, so in our words.
FormText = Annotated[str | None, WithJsonSchema({"type": "string"})]
FormTenant = Annotated[str | None, _empty_or(USER_ID), WithJsonSchema({"type": "string", "pattern": f"^$|{USER_ID}"})]
FormLanguage = Annotated[
    str | None, _empty_or(LANGUAGE), WithJsonSchema({"type": "string", "pattern": f"^$|{LANGUAGE}"})
]
# By pydantic's type of an error (https://docs.pydantic.dev/latest/errors/validation_errors/).
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field: check its spelling",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "greater_than": "must be more than {gt:.9g}",
    "greater_than_equal": "must be at least {ge:.9g}",
    "less_than": "must be less than {lt:.9g}",
    "less_than_equal": "must be at most {le:.9g}",
    "too_short": "must not be empty",
    "too_long": "must be at most {max_length} long",
    "finite_number": "must be a number that is not infinite",
    "json_invalid": "must be valid JSON",
    "none_required": "must be empty",
}
_KINDS = {
    "string": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "list": "a list",
    "tuple": "a list", "set": "a list", "dict": "an object with fields, {...}", "model": "an object with fields, {...}",
    "mapping": "an object with fields, {...}", "path": "a path", "url": "an address like https://example.com",
}  # fmt: skip
_TAG = re.compile(r"\w*\[.*|(?:str|int|float|bool|none|function-\w+|constrained-\w+)(?:\(.*)?")  # of a choice of types
_HARMLESS = re.compile(r"(?=.{1,30}$)(?!.*(?=\S*\d)\S{12})[\w#.,:/ -]+")


def labelled(label: str) -> Any:
    """Return the field of a flow's parameter with a label for Prefect's run form, which has its bare name otherwise."""
    return Field(json_schema_extra={"title": label})


def explain(
    error: ValidationError,
    *,
    shows_values: bool = False,
    meant: Callable[[str], str | None] = lambda _: None,
    of: type[BaseModel] | None = None,
) -> str:
    """Return the complaints of `error` on one line in plain words, each with its field first and the mend.

    A value may be a secret in the wrong field: with `shows_values` a short one that does not look like one is shown,
    else none. `meant` returns the field that an unknown name stands for; `of` is the model whose fields are named where
    there is none of that name. An unknown field's name is shortened and its invisible characters are escaped.
    """
    complaints: dict[str, list[str]] = {}
    for item in error.errors(include_url=False, include_input=shows_values)[:_MOST]:
        parts = [part for part in item["loc"] if not (isinstance(part, str) and _TAG.fullmatch(part))]
        field = ".".join(printable_name(str(part)) for part in parts)
        words = _words(item["type"], item["msg"], item.get("ctx", {}))
        if item["type"] == "extra_forbidden" and (other := meant(str(item["loc"][-1]))):
            words = f"there is no such field: did you mean {other}?"
        elif item["type"] == "extra_forbidden" and of and (names := _beside(of, item["loc"])):
            words = f"there is no such field, but {', '.join(names)}"
        elif shows_values and (shown := _shown(item["input"])) and words.startswith("must"):
            words += f", not {shown}"
        complaints.setdefault(field, []).append(printable(words))
    more = error.error_count() - _MOST
    lines = [
        f"{field}: {' or '.join(dict.fromkeys(words))}" if field else "; ".join(words)
        for field, words in complaints.items()
    ]
    return "; ".join(lines) + (f"; and {more:,} more" if more > 0 else "")


def _beside(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Return the names of the fields that there are where an unknown one was found."""
    fields = model.model_fields
    for part in place[:-1]:  # a field, or the key or number of one of many in it
        if field := fields.get(str(part)):
            below = _model_in(field.annotation)
            fields = below.model_fields if below else {}
    return list(fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def in_plain_words(error: ValidationError) -> ValidationError:
    """Return the same error in our words: Prefect shows what a flow's parameters are refused with as it is."""
    complaints = []
    for item in error.errors(include_url=False):
        context = item.get("ctx", {})
        ours = PydanticCustomError(item["type"], _OURS, {"words": _words(item["type"], item["msg"], context)})
        complaints.append(InitErrorDetails(type=ours, loc=item["loc"], input=item["input"]))
    return ValidationError.from_exception_data(error.title, complaints)


def _words(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """Return an error of pydantic in plain words; errors that we have raised ourselves have their own."""
    if "words" in context:
        return str(context["words"])
    if kind in {"value_error", "assertion_error"}:
        return message.partition(", ")[2]
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context.get("pattern")), "has another form than this field may have")
    if kind in _WORDS:
        return _WORDS[kind].format(**context)
    name = kind.partition("_")[0]
    return f"must be {_KINDS[name]}" if name in _KINDS else "is not valid"


def _shown(value: Any) -> str | None:
    if isinstance(value, str):
        return f"'{value}'" if _HARMLESS.fullmatch(value) else None
    if value is None or isinstance(value, bool | int | float):
        text = json.dumps(value)
        return text if len(text) <= 20 else None
    return "a list" if isinstance(value, list | tuple) else "an object" if isinstance(value, dict) else None


def parsed(model: type[SomeModel], document: Any) -> SomeModel | None:
    """Return the document as `model`, or None where it is none: a broken document counts as absent."""
    try:
        return model.model_validate(document)
    except ValidationError:
        return None
