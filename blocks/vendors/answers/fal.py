"""fal.ai's answers about an order: their fields, and whether an error is how it ended, or comes too soon."""

import json
import re
from typing import Any

import httpx
from httpx import codes

from blocks.vendors.answers.errors import words_in
from imaging.errors import ProviderBusy

_NOT_YET = re.compile(r"\bin[ _](progress|queue)\b", re.IGNORECASE)


def fields_in(answer: httpx.Response) -> dict[str, Any]:
    """Return the fields of an answer. Raises ProviderBusy where it is no JSON object."""
    try:
        fields = json.loads(answer.content)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise ProviderBusy("fal.ai's answer cannot be read")
    return fields


def is_too_soon(answer: httpx.Response) -> bool:
    """Return whether an error answer to the question for a result says that there is none yet.

    Whoever answers may know less than who said that the order has ended.
    """
    return answer.status_code == codes.BAD_REQUEST and _NOT_YET.search(words_in(answer)) is not None


def is_end(answer: httpx.Response) -> bool:
    """Return whether an error answer to the question for a result is how the order ended, and no hiccup of the API.

    https://docs.fal.ai/errors: a model's own error lists its details with a type, the queue's has an `error_type`.
    """
    if answer.status_code in {400, 422} or "x-fal-error-type" in answer.headers:
        return True
    fields = fields_in(answer)
    detail = fields.get("detail")
    return "error_type" in fields or (
        isinstance(detail, list) and any(isinstance(one, dict) and "type" in one for one in detail)
    )
