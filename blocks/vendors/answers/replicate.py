"""Answers on a prediction as the `replicate` package can read them, whatever Replicate makes of the other fields.

The package's model demands a type of every field that it knows: with a `version` of null, or an `error` that is an
object, the picture that was paid for could not be collected.
"""

import json
from typing import Any

import httpx

_TEXTS = ("model", "version")  # which the package demands
_AS_IT_IS = ("id", "status", "output")


def with_what_is_needed(response: httpx.Response) -> httpx.Response:
    """Return an answer on a prediction with the fields that are read here; any other answer as it is."""
    try:
        said = json.loads(response.content)
    except (ValueError, RecursionError):
        return response
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in ("id", "status")):
        return response
    # In ASCII: a lone surrogate, half of an emoji or a byte of a file's name, has no other encoding.
    return httpx.Response(response.status_code, content=json.dumps(_needed(said)), request=response.request)


def _needed(said: dict[str, Any]) -> dict[str, Any]:
    given, error = said.get("input"), said.get("error")
    return {
        **{name: said.get(name) for name in _AS_IT_IS},
        **{name: str(said.get(name) or "") for name in _TEXTS},
        "input": given if isinstance(given, dict) else None,
        "error": error if error is None or isinstance(error, str) else json.dumps(error, ensure_ascii=False),
    }
