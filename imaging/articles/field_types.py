"""Types of fields that users write: text in one spelling, and models that refuse unknown names.

Which fields an article has, and their order in the run form: `Article` in `article.py`.
"""

import unicodedata
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from imaging.sanitizing.printable import printable, printable_name
from imaging.text.plain import without_directions, words_of
from imaging.validation import in_plain_words

MAX_URL = 2_000  # characters
_MOST_UNKNOWN = 20  # unknown fields that are listed by name; a hostile file may have a million


# NFC, so that "u" + combining dots and "ü" are the same article. PostgreSQL cannot store NUL: Prefect refuses a run
# with one in its parameters.
def _one_spelling(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a character (a lone surrogate)") from None
    return unicodedata.normalize("NFC", without_directions(text.replace("\0", " ")))


def _number_as_text(value: Any) -> Any:
    """Convert an id given as the number 4711 to "4711", as Markdown and JSON Feed have it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**200 else value


def _one_visible_line(text: str) -> str:
    if text != printable(text):
        raise ValueError("holds line ends, tabs or control characters: take them out")
    return text


Text = Annotated[str, AfterValidator(_one_spelling)]
PlainText = Annotated[Text, AfterValidator(words_of)]  # systems that store HTML send it in titles and summaries too
Line = Annotated[Text, AfterValidator(_one_visible_line)]
Id = Annotated[str, BeforeValidator(_number_as_text), AfterValidator(_one_visible_line)]


def plain_in_forms(schema: dict[str, Any]) -> None:
    """Describe nullable text as plain text without a default; Prefect still accepts null for it.

    With null among the types, Prefect's run form asks for the type before it shows a field; and it would submit a
    default of null, which it then refuses.
    """
    text, _null = schema.pop("anyOf")
    without_default(schema)
    schema |= text


def without_default(schema: dict[str, Any]) -> None:
    """Leave the default out of the schema: Prefect's run form would submit it, as if the user had chosen it."""
    del schema["default"]


class Fields(BaseModel):
    """Fields from untrusted input. Refuses names with control characters, as Prefect would print them as they are.

    `null_is_absent`: fields that count as absent where they are null, as content systems write one that is empty.
    """

    null_is_absent: ClassVar[frozenset[str]] = frozenset()
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _refused_in_plain_words(cls, fields: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validate(fields)
        except ValidationError as error:
            raise in_plain_words(error) from None

    @model_validator(mode="before")
    @classmethod
    def _names(cls, fields: Any) -> Any:
        unknown = fields.keys() - cls.model_fields.keys() if isinstance(fields, dict) else set()
        hostile = [name for name in unknown if not (isinstance(name, str) and name.isprintable() and len(name) <= 60)]
        if hostile or len(unknown) > _MOST_UNKNOWN:
            shown = printable_name(str(next(iter(hostile or unknown))))
            raise ValueError(f"has fields that it should not have, such as {shown}: check their spelling")
        if not isinstance(fields, dict):
            return fields
        return {name: value for name, value in fields.items() if value is not None or name not in cls.null_is_absent}
