"""What the bucket's refusals mean: trouble that passes, or a configuration that no retry mends."""

import re
import socket
from collections.abc import Iterator
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
from imaging.errors import ConfigurationError, StorageBusy, StorageError, StorageRefused

SDK_ERRORS = (BotoCoreError, ClientError, ResponseParserError, OSError, RecursionError)
"""What a call of the S3 client raises; the last where a redirect names no region, and it asks without end for one."""

# S3 error codes that a retry does not change. B2's 403 with a cap message is not among them: the account's
# daily limit is trouble that passes at midnight, and the picture waits for it elsewhere.
_REFUSED = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "AccessDenied", "InvalidBucketName",
    "UnauthorizedAccess", "AuthorizationHeaderMalformed", "PermanentRedirect", "403", "401",
}  # fmt: skip
_INCOMPLETE = (
    ConfigNotFound, InvalidConfigError, NoCredentialsError, NoRegionError, ParamValidationError,
    PartialCredentialsError, ProfileNotFound,
)  # fmt: skip
_CAP = re.compile(r"\bcap\b|cap exceeded|usage", re.IGNORECASE)
_BUSY = {408, 409, 425, 429}  # of the 4xx
_PASSING = {"RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "OperationAborted", "BadDigest"}
_SKEW_SECONDS = 900  # S3 refuses signatures that are older
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def error_code(error: ClientError) -> str:
    """Return S3's code of an error, the HTTP status where it names none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def storage_error(error: Exception, bucket: str) -> StorageError:
    """Put an SDK's error into our words; its own text may quote headers, so only code and message are kept."""
    if isinstance(error, ClientError):
        return _answered(error, bucket)
    why = _configuration(error)
    said = f"the bucket {bucket} cannot be reached: {type(error).__name__}"
    return StorageRefused(f"{said} ({why})") if why else _passing(error)(said)


def _answered(error: ClientError, bucket: str) -> StorageError:
    code, message = error_code(error), str(error.response.get("Error", {}).get("Message", ""))[:200]
    said = f"the bucket {bucket} answered {code}: {message}"
    if _CAP.search(message):
        return StorageError(said)
    if code == "RequestTimeTooSkewed" and _clock_is_off(error.response):
        return StorageRefused(f"{said.rstrip('.')}: set this machine's clock")
    if code in _REFUSED or _is_no_listing(error, code):
        return StorageRefused(said)
    return _passing(error)(said)


def _passing(error: Exception) -> type[StorageError]:
    return StorageBusy if is_passing(error) else StorageError


def _is_no_listing(error: ClientError, code: str) -> bool:
    """Tell whether a LIST was answered as a bucket never answers it: somebody else, or a path in the endpoint.

    An endpoint that has the bucket's name in its host or path takes the LIST for a GET of an object (`NoSuchKey`).
    """
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if error.operation_name != "ListObjectsV2" or code in _PASSING or status in _BUSY:
        return False
    return 300 <= status < 500


def _clock_is_off(response: Any) -> bool:
    """Tell whether the answer's date says so: a store whose own clock is wrong comes right by itself."""
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    with suppress(ValueError, TypeError):
        return abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()) > _SKEW_SECONDS
    return False


def _configuration(error: Exception) -> str:
    """Return what is wrong with the configuration where an error tells that it is; empty for passing trouble."""
    said = str(error)
    if isinstance(error, _INCOMPLETE):
        return "the S3 client lacks what it needs"
    if "recursion" in said:
        return "it redirects: its address is another"
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return "its certificate is not trusted: SSL_CERT_FILE names the authorities that are"
    if "WRONG_VERSION_NUMBER" in said or "record layer failure" in said:
        return "it speaks no TLS: its address begins with http://"
    return "there is no such host" if _is_unknown(getattr(error, "kwargs", {}).get("endpoint_url", "")) else ""


def _is_unknown(address: str) -> bool:
    """Tell whether the DNS knows that there is no such host; one that does not answer says nothing."""
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
        raise ConfigurationError(
            f"{str(refused).rstrip('.')}. Check B2_ENDPOINT, B2_BUCKET_NAME, B2_KEY_ID and B2_APPLICATION_KEY"
            " (or the block b2-images, which wins over them), and IMAGES_PRIVATE_BUCKET if it is set"
        ) from None
