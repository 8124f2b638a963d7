"""Chutes: one call that answers with the picture. An answer that is lost can be looked up nowhere."""

from collections.abc import Mapping
from typing import Any

from tests.reliability.harness.s3_proxy import for_seconds
from tests.reliability.rows.row import Breaks, Row

_LOST = r"Chutes.*(lost|reach|answer)"


def breaks(kind: str | int, times: int | None = None, **options: Any) -> Breaks:
    """Break calls to Chutes."""
    return lambda world: world.chutes.fault("generate", kind, times, **options)


_FAULTS: Mapping[str, tuple[Breaks, str]] = {
    "400": (breaks(400), "400"),
    "401": (breaks(401), "401|CHUTES_API_KEY"),
    "402": (breaks(402), "402|balance"),
    "429 once, Retry-After 2": (breaks(429, 1, retry_after=2), "429"),
    "429 for ever": (breaks(429), "429"),
    "500 for ever": (breaks(500), "500"),
    "502 once, paid all the same": (breaks(502, 1, paid=True), "502"),
    "503 once": (breaks(503, 1), "503"),
    "reset before, once": (breaks("reset_before", 1), _LOST),
    "reset after, once": (breaks("reset_after", 1), _LOST),
    "answer lost after 2 s": (breaks("lost_answer", 1, seconds=2), _LOST),
    "html": (breaks("html"), "picture"),
    "truncated": (breaks("truncated", 1), _LOST),
    "endless": (breaks("endless", 1), "bytes|large"),
    "slow": (breaks("slow", bytes=8192, seconds=0.05), _LOST),
    "empty": (breaks("empty"), "picture"),
    "bomb": (breaks("bomb"), "pixels|large|30"),
    "polyglot": (breaks("polyglot"), "picture|behind|end"),
}

_COLD = "No instances available (yet) for chute_id='0b1c'"
_PATIENT = {"IMAGES_COLD_START_SECONDS": "90"}


def _starts_after(seconds: float, words: str) -> Breaks:
    """Let there be no instance for so long, counted from the first call."""
    return lambda world: world.chutes.fault("generate", 503, None, for_seconds(seconds), detail=words)


_COLD_STARTS = [
    Row("chutes cold start, 20 s", "comparison,card", _starts_after(20, _COLD), "503", variables=_PATIENT, passes=True),
    Row("chutes warming up, 20 s", "comparison", _starts_after(20, "the model is warming up"), "503",
        variables=_PATIENT, passes=True),
    Row("chutes cold start for ever", "comparison,card", breaks(503, detail=_COLD), "IMAGES_COLD_START_SECONDS"),
]  # fmt: skip

CHUTES = [*(Row(f"chutes {name}", "comparison", *given) for name, given in _FAULTS.items()), *_COLD_STARTS]
