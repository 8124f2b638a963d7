"""Recognising transient errors of buckets, web servers and vendors by their codes and messages."""

import re

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

# Transient errors of a bucket: no answer, a partial answer or one that is not S3's, and these statuses and codes.
_NO_ANSWER = (HTTPClientError, IncompleteReadError, ResponseParserError, OSError)
_BUSY_STATUSES = {408, 425, 429, 500, 502, 503, 504, *range(520, 531)}  # not 501, which is permanent
_BUSY_CODES = {"SlowDown", "RequestTimeout", "ServiceUnavailable", "InternalError", "Throttling", "TooManyRequests"}

_PARTS = r"(instance|worker|replica|runner|machine|gpu|node|server|process|container|pod|backend|upstream)s?"

# Messages of a model that is not running yet, by Chutes ("No instances available (yet)") and other hosts of models.
_STARTING = re.compile(
    rf"\bno (\w+ )?{_PARTS}\b.{{0,30}}\b(available|ready|running|online)|\bno healthy {_PARTS}\b"
    r"|\b(at|no|out of|insufficient|lacks?) (\w+ )?capacity\b"
    r"|\bcold[ -]?(start|boot|chute|model)|\bis (currently )?(cold|asleep|sleeping)\b|\bwarm[ -]?up\b"
    r"|\b(warming|starting|booting|spinning|scaling|waking|powering)[ -]up\b"
    r"|\b(is|are|be|being|still|currently) (load|start|boot|wak|provision|deploy|initiali[sz])(ing|ed)\b"
    r"|\bnot (yet )?(ready|loaded|up|warm|started)\b|\bsetup (has )?not (yet )?(completed|finished|done)\b",
    re.IGNORECASE | re.DOTALL,
)

# Messages of errors on the vendor's side of a prediction, and Replicate's codes for these
# (https://replicate.com/docs/reference/error-codes).
_ENDS = r"(died|dead|lost|crashed|killed|exited|terminated|evicted|disappeared|restarted|shut(ting)? down|gone|failed)"
_INTERRUPTED = re.compile(
    r"\bcode: PA\b|\bE(1000|1001|6716|8765|9243|9825)\b|\binterrupted\b|\b(re-?try|try (\w+ )?again)\b"
    r"|\bout of memory\b|\bOOM\b|\bOutOfMemory|\bpreempt|\bevicted\b|\btime(d[ -]?|-)?out\b|\bcapacity\b|\boverload"
    rf"|\b{_PARTS}\b.{{0,40}}\b{_ENDS}\b|\bunavailable\b|\bunhealthy\b|\bhealth ?check|\bbroken pipe\b"
    r"|\bconnection (was )?(reset|refused|lost|closed|aborted)\b|\bSIG(KILL|TERM|SEGV)\b|\bCUDA error\b|\bNCCL\b"
    r"|\b(internal|unexpected|unknown) (server )?error\b",
    re.IGNORECASE | re.DOTALL,
)
# Messages of permanent errors, even if they suggest a retry ("invalid seed, please try again").
_BAD_INPUT = re.compile(
    r"\b(invalid|malformed|unsupported|validation|bad request|must (be|have|not)|required|not allowed)\b"
    r"|\btoo (long|large|big|small|many)\b|\b(Value|Type|Key|Index|Attribute|Assertion)Error\b",
    re.IGNORECASE,
)


def is_passing(error: Exception) -> bool:
    """Return whether an error of the S3 SDK is transient: of the bucket, or of the connection to it."""
    if not isinstance(error, ClientError):
        return isinstance(error, _NO_ANSWER)
    code = error.response.get("Error", {}).get("Code")
    return code in _BUSY_CODES or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in _BUSY_STATUSES


def is_passing_status(status: int) -> bool:
    """Return whether a web server that answers with this status may answer otherwise in a while."""
    return status in {408, 425, 429} or status >= 500


def is_cold_start(words: str) -> bool:
    """Return whether a vendor's message says that the model is starting."""
    return _STARTING.search(words) is not None


def is_interruption(words: str) -> bool:
    """Return whether a prediction failed by an error on the vendor's side, so that the same order may succeed."""
    return _INTERRUPTED.search(words) is not None and _BAD_INPUT.search(words) is None
