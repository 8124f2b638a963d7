"""What goes in and out of a stand-in: a `Call` and an `Answer`, both plain values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request as it was read off the wire.

    `where` names the operation in the vocabulary of `Standin.fault`. `model` and `input` come from the body or,
    for calls about a prediction, from it, so that a fault can be aimed at one picture.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The JSON value; None when there was no body or it was not JSON."""
    where: str = "other"
    model: str | None = None
    input: Mapping[str, Any] = field(default_factory=dict)
    prediction_id: str | None = None
    data: bytes = field(default=b"", repr=False)
    """The body as it came."""

    def about(self, where: str, **known: Any) -> "Call":
        """The same call, now that its operation is known."""
        return replace(self, where=where, **known)


@dataclass(frozen=True)
class Answer:
    """One response before it is written; a fault may replace it or spoil the way it is sent."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> "Answer":
        """A JSON answer; header names are given with underscores (`retry_after="5"`)."""
        named = {name.replace("_", "-").title(): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), "application/json", named)
