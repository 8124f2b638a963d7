"""Mapping of the S3 SDK's errors to StorageError: transient errors, or configuration errors without retry."""

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    InvalidConfigError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
)
from botocore.parsers import ResponseParserError

from blocks.network.transient_errors import is_passing
from blocks.storage.web_pages import WebPage, is_web_page
from imaging.errors import StorageBusy, StorageError, StorageRefused

SDK_ERRORS = (BotoCoreError, ClientError, ResponseParserError, OSError, RecursionError)
"""Errors of S3 client calls; RecursionError is raised for XML that is nested without end."""

# S3 error codes that are permanent. B2's 403 with a cap message is not among them: the account's daily limit is reset
# at midnight, and the picture waits in the spool.
_REFUSED = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "AccessDenied", "InvalidBucketName",
    "UnauthorizedAccess", "AuthorizationHeaderMalformed", "PermanentRedirect", "403", "401", "Unauthorized",
    "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "InvalidSecurity", "AccountProblem", "AllAccessDisabled",
    "NotSignedUp",
}  # fmt: skip
_INCOMPLETE = (
    ConfigNotFound, InvalidConfigError, NoCredentialsError, NoRegionError, ParamValidationError,
    PartialCredentialsError, ProfileNotFound,
)  # fmt: skip
_CAP = re.compile(r"\bcap\b|cap exceeded|usage", re.IGNORECASE)
_OF_AN_OBJECT = {"GetObject", "HeadObject"}
_BUSY = {408, 409, 425, 429}  # of the 4xx
_PASSING = {"RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "OperationAborted", "BadDigest"}
_REDIRECTS = {301, 302, 303, 307, 308}  # botocore has followed those that name a region
_SKEW_SECONDS = 900  # S3 refuses signatures that are older
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def error_code(error: ClientError) -> str:
    """Return an error's S3 code, or the HTTP status without one."""
    return str(error.response.get("Error", {}).get("Code", ""))


def storage_error(error: Exception, bucket: str) -> StorageError:
    """Convert an SDK error; keeps only its code and message, since its text may quote headers."""
    if isinstance(error, ClientError):
        return _answered(error, bucket)
    if isinstance(error, WebPage):
        return StorageRefused(f"this is not the bucket {bucket}: {error}, and not with what is stored there")
    why = _configuration(error)
    message = f"the bucket {bucket} cannot be reached: {type(error).__name__}"
    return StorageRefused(f"{message} ({why})") if why else _type_of(error)(message)


def _answered(error: ClientError, bucket: str) -> StorageError:
    code, reason = error_code(error), str(error.response.get("Error", {}).get("Message") or "")[:200]
    if is_web_page(error) or not code:  # a bucket's errors are XML, with a code
        code, reason = str(_metadata(error.response).get("HTTPStatusCode", "")), "a web page"
    message = f"the bucket {bucket} answered {code}" + (f": {reason}" if reason else "")
    if _CAP.search(reason):
        return StorageError(message)
    if code == "RequestTimeTooSkewed" and _clock_is_off(error.response):
        return StorageRefused(f"{message.rstrip('.')}: set this machine's clock")
    if _is_redirect(error):
        return StorageRefused(f"{message.rstrip('.')} (a redirect: its endpoint is another, or that of its region)")
    if code in _REFUSED or _is_no_answer_of_a_bucket(error, code):
        return StorageRefused(message)
    return _type_of(error)(message)


def _metadata(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return answer.get("ResponseMetadata") or {}


def _type_of(error: Exception) -> type[StorageError]:
    return StorageBusy if is_passing(error) else StorageError


def _is_redirect(error: ClientError) -> bool:
    return _metadata(error.response).get("HTTPStatusCode") in _REDIRECTS


def _is_no_answer_of_a_bucket(error: ClientError, code: str) -> bool:
    """Return whether a question is answered in a way in which no bucket answers it: the configuration is wrong.

    An endpoint with the bucket's name in its host or path takes the LIST for a GET of an object (`NoSuchKey`). Whether
    there is an object is answered with 400 for a token that has expired, a key of the wrong length and the like, with
    301 in another region.
    """
    status = int(_metadata(error.response).get("HTTPStatusCode", 0))
    if code in _PASSING or status in _BUSY:
        return False
    if error.operation_name in _OF_AN_OBJECT:
        return status in {301, 400, 401}
    return error.operation_name == "ListObjectsV2" and 300 <= status < 500


def _clock_is_off(response: Any) -> bool:
    """Return whether this machine's clock differs from the answer's date; a wrong clock of the store is transient."""
    date = _metadata(response).get("HTTPHeaders", {}).get("date", "")
    with suppress(ValueError, TypeError):
        return abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()) > _SKEW_SECONDS
    return False


def _configuration(error: Exception) -> str:
    """Return the configuration mistake that an error reveals; empty for transient errors."""
    text = str(error)
    if isinstance(error, _INCOMPLETE):
        return "the S3 client lacks what it needs"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not trusted: SSL_CERT_FILE names the trusted authorities"
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text:
        return "it does not use TLS: its address begins with http://"
    return "there is no such host" if _is_unknown(getattr(error, "kwargs", {}).get("endpoint_url", "")) else ""


def _is_unknown(address: str) -> bool:
    """Return whether DNS reports that the host does not exist; no answer from DNS counts as known."""
    try:
        socket.getaddrinfo(urlsplit(address).hostname or "localhost", None)
    except socket.gaierror as error:
        return error.errno in _NO_SUCH_HOST
    except (OSError, UnicodeError, ValueError):
        return False
    return False


@contextmanager
def refusals_named() -> Iterator[None]:
    """Turn a refusal of the bucket into a ConfigurationError that names the variables to check."""
    try:
        yield
    except StorageRefused as refused:
        raise refused.named() from None
