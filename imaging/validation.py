"""Validation errors in words for people."""

from pydantic import ValidationError


def explain(error: ValidationError) -> str:
    """Return every complaint of `error` in one line, each led by its field; the wrong values are left out.

    A value may be a secret that was put into the wrong field, so it is never echoed. A name that nobody knows
    is shown in part, and without what would steer a terminal.
    """
    complaints = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(_printable(str(part)) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        complaints.append(f"{field}: {message}" if field else message)
    return "; ".join(complaints)


def _printable(name: str) -> str:
    return "".join(sign for sign in name[:60] if sign.isprintable())
