"""Reading and writing the rules of a bucket, lifecycle and CORS, as the XML that the store has.

Through boto3 as values, what it does not know of a rule would be lost with the next write, which overwrites all rules.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_client
from imaging.errors import StorageBusy, StorageError, StorageRefused
from imaging.housekeeping.bucket_rules import Kind
from imaging.pictures.picture import md5

_API: dict[Kind, tuple[str, str, dict[str, Any]]] = {
    "lifecycle": (
        "BucketLifecycleConfiguration", "bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": []}}
    ),
    "cors": ("BucketCors", "bucket_cors", {"CORSConfiguration": {"CORSRules": []}}),
}  # fmt: skip
_NONE = ("NoSuchLifecycleConfiguration", "NoSuchCORSConfiguration")
_ONE_CALL = threading.Lock()  # the client is shared, and so are its events


class NoSuchApi(StorageError):
    """The store has no such API."""


def read_rules(store: ImageStore, kind: Kind) -> bytes | None:
    """Return the rules of the store's bucket, None if it has none. Raises StorageError, NoSuchApi."""
    event, operation, _ = _API[kind]
    answers: list[bytes] = []

    def note(http_response: Any, **_: Any) -> None:
        answers.append(http_response.content)

    with _listening(store, f"after-call.s3.Get{event}", note):
        try:
            store.call(f"get_{operation}")
        except StorageError as error:
            if any(f"answered {code}" in str(error) for code in _NONE):
                return None
            raise _explained(error, "read", kind) from None
    return answers[-1]


def write_rules(store: ImageStore, kind: Kind, document: bytes) -> None:
    """Write the rules of the store's bucket in place of those it has. Raises StorageError, NoSuchApi."""
    event, operation, nothing = _API[kind]

    def replace_body(params: dict[str, Any], **_: Any) -> None:
        params["body"] = document
        # Not the checksum headers that boto3 adds: older stores refuse them.
        params["context"].pop("checksum", None)
        params["headers"]["Content-MD5"] = base64.b64encode(bytes.fromhex(md5(document))).decode()

    with _listening(store, f"before-call.s3.Put{event}", replace_body):
        try:
            store.call(f"put_{operation}", **nothing)
        except StorageError as error:
            raise _explained(error, "written", kind) from None


@contextmanager
def _listening(store: ImageStore, event: str, listener: Any) -> Iterator[None]:
    events = s3_client(store.bucket.credentials).meta.events
    with _ONE_CALL:
        events.register(event, listener)
        try:
            yield
        finally:
            events.unregister(event, listener)


def _explained(error: StorageError, what: str, kind: Kind) -> StorageError:
    if isinstance(error, StorageBusy):
        return error
    if isinstance(error, StorageRefused):
        rights = "B2: readBuckets, writeBuckets; AWS: s3:GetLifecycleConfiguration, s3:PutBucketCORS and the like"
        return StorageRefused(f"the {kind} rules cannot be {what}: {error}. The key needs the rights for it ({rights})")
    return NoSuchApi(f"the {kind} rules cannot be {what}: {error}")
