"""The outcome of a prediction on Replicate: the address of its picture, or an error with the reason for none."""

import re
from collections.abc import Iterator
from typing import Any

from blocks.network.transient_errors import is_interruption
from blocks.vendors.refusals import is_moderation
from imaging.errors import Interrupted, Moderated, NotDelivered, PredictionEnded, PredictionStopped, ProviderError

_PICTURES = (
    "image", "images", "output", "outputs", "url", "urls", "uri", "href", "file", "files", "data", "result",
    "image_base64", "b64_json", "base64",
)  # fmt: skip
_ADDRESS = re.compile(r"(?:https?|data):", re.IGNORECASE)
_MAX_NESTED = 4  # lists and objects in one another


def ending(status: str, error: str) -> type[ProviderError]:
    """Return the error that a prediction's end without success is."""
    if is_moderation(error):
        return Moderated
    if status != "canceled" and is_interruption(error):  # one that was canceled is wanted by nobody
        return Interrupted
    return PredictionEnded if status == "failed" else PredictionStopped


def address_in(output: Any, prediction_id: str, error: str, *, removed: bool) -> str:
    """Return the first address in an output: Flux Dev answers with a list, Ultra with a string, others with an object.

    Raises NotDelivered where there is none (which is how filters answer), PredictionEnded where there is none any more.
    """
    if removed:
        gone = "its output holds no picture any more: it is deleted after one hour"
        raise PredictionEnded(f"prediction {prediction_id} succeeded but {gone}")
    if texts := list(texts_in(output)):
        return next((text for text in texts if _ADDRESS.match(text)), texts[0])
    raise (Moderated if is_moderation(error) else NotDelivered)(
        f"prediction {prediction_id} succeeded but its output holds no picture" + (f": {error}" if error else "")
    )


def texts_in(output: Any, depth: int = _MAX_NESTED) -> Iterator[str]:
    """Yield the texts in an output in their order; in an object only those that are named like a picture."""
    if isinstance(output, str):
        if output.strip():
            yield output.strip()
    elif isinstance(output, list | dict) and depth:
        named = [output[name] for name in _PICTURES if name in output] if isinstance(output, dict) else output
        for part in named:
            yield from texts_in(part, depth - 1)
