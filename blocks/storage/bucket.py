"""The bucket (the `S3Bucket` block `b2-images`) and its operations."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError
from prefect_aws import S3Bucket
from pydantic import TypeAdapter

from blocks.configuration.settings import Settings
from blocks.network.backoff import Patience
from blocks.storage.errors import SDK_ERRORS, error_code, storage_error
from blocks.storage.pages import following_page
from blocks.storage.s3_client import body_of, s3_bucket, s3_client
from blocks.storage.web_pages import check_object, is_web_page
from imaging.errors import StorageError
from imaging.names import keys
from imaging.pictures.picture import Picture, md5
from imaging.slug import short_hash

BLOCK_NAME = "b2-images"
_JSON: TypeAdapter[Any] = TypeAdapter(Any)
Found = TypeVar("Found")


def bucket_from(settings: Settings, folder: str = "") -> S3Bucket:
    """Return the `S3Bucket` for the `B2_*` variables; `folder`: a fixed prefix of all keys."""
    secret = settings.b2_application_key
    return s3_bucket(
        endpoint=settings.b2_endpoint or "",
        key_id=settings.b2_key_id or "",
        secret=secret.get_secret_value() if secret else "",
        bucket=settings.b2_bucket_name or "",
        folder=folder,
        checksums=settings.images_s3_checksums,
    )


def endpoint_of(bucket: S3Bucket) -> str:
    """Return the address of the store's API: by default that of AWS."""
    return (bucket.credentials.aws_client_parameters.endpoint_url or "https://s3.amazonaws.com").rstrip("/")


@dataclass(frozen=True, slots=True)
class ImageStore:
    """The bucket of the pictures and its public base URL.

    `tenant_bases`: other base URLs by tenant. `patience`: the retries of a run's calls; outside a run there are none.
    `private`: another store for records and claims. Those written to this one before are still found, and copied when
    they are read.
    """

    bucket: S3Bucket
    public_base: str
    tenant_bases: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience, repr=False)
    private: "ImageStore | None" = None

    def patient(self, patience: Patience) -> "ImageStore":
        """Return the same store with that patience, also for the private store."""
        private = self.private and replace(self.private, patience=patience)
        return replace(self, patience=patience, private=private)

    def url(self, key: str) -> str:
        """Return the public, permanent URL of `key` (keys are URL-safe by construction)."""
        return f"{self.tenant_bases.get(key.partition('/')[0], self.public_base)}/{key}"

    def key_of(self, url: str) -> str | None:
        """Return the key of the object at a public URL of this store, None for any other URL."""
        for base in (*self.tenant_bases.values(), self.public_base):
            if url.startswith(f"{base}/"):
                return url.removeprefix(f"{base}/").partition("?")[0]
        return None

    def put_picture(self, key: str, picture: Picture, cache_control: str, origin: Mapping[str, str]) -> None:
        """Store a picture under `key`, with its `origin` as metadata. Raises StorageError."""
        metadata = {"sha256": picture.sha256} | dict(origin)
        self.put(key, picture.data, picture.content_type, cache_control, metadata)

    def put_json(self, key: str, text: str, cache_control: str = "no-cache") -> None:
        """Store a JSON document. Raises StorageError."""
        self.put(key, text.encode(), "application/json", cache_control, {})

    def put(self, key: str, data: bytes, content_type: str, cache_control: str, metadata: Mapping[str, str]) -> None:
        """Store `data` atomically. Raises StorageError.

        Not through `upload_from_file_object`, which hides the answer's ETag: that and Content-MD5 verify the stored
        bytes without a HEAD, which B2 charges.
        """
        if self.private and keys.is_private(key):
            self.private.put(key, data, content_type, cache_control, metadata)
            return
        digest = md5(data)
        answer = self.call(
            "put_object",
            Key=self.full_key(key),
            Body=data,
            ContentType=content_type,
            ContentMD5=base64.b64encode(bytes.fromhex(digest)).decode(),
            CacheControl=cache_control,
            Metadata=dict(metadata),
        )
        etag = as_plain_etag(answer.get("ETag", ""))
        # The ETag of an object encrypted by AWS KMS only looks like an MD5, and some stores send none: then compare the
        # bytes.
        if (not etag or (looks_like_md5(etag) and etag != digest)) and self.get(key) != data:
            said = f"its MD5 is {etag}, ours {digest}" if etag else "its answer has no ETag"
            raise StorageError(f"the bucket stored something else under {key}: {said}")

    def get(self, key: str, max_bytes: int | None = None, version: str = "") -> bytes | None:
        """Return the bytes of an object (or of that version), None if there is none. Raises StorageError, TooLarge."""
        if self.private and keys.is_private(key):
            return self.private.get(key, max_bytes) or self._copied(key, self.private)
        which = {"VersionId": version} if version else {}
        return self._of_object("get_object", key, lambda answer: body_of(answer, key, max_bytes), which)

    def _copied(self, key: str, private: "ImageStore") -> bytes | None:
        """Copy a JSON document from this store to the private one, and return its bytes; None if there is none.

        The original is kept for concurrent runs. Raises StorageError.
        """
        data = replace(self, private=None).get(key)
        if data is not None:
            private.put(key, data, "application/json", "no-store", {})
        return data

    def metadata(self, key: str) -> dict[str, str] | None:
        """Return the object's metadata by lower-case name, None if it does not exist. Raises StorageError."""
        found = self._of_object("head_object", key, lambda answer: cast(dict[str, str], answer["Metadata"]), {})
        return None if found is None else {name.lower(): value for name, value in found.items()}

    def _of_object(
        self, operation: str, key: str, read: Callable[[dict[str, Any]], Found], which: Mapping[str, str]
    ) -> Found | None:
        """Return what `read` makes of the object's answer, None if it does not exist. Raises StorageError."""

        def found() -> Found | None:
            try:
                where = {"Bucket": self.bucket.bucket_name, "Key": self.full_key(key)}
                answer = getattr(self._client, operation)(**where, **which)
                check_object(answer, key)
                return read(answer)
            except ClientError as error:
                if error_code(error) in {"NoSuchKey", "NoSuchVersion", "404"} and not is_web_page(error):
                    return None
                raise

        return self._patiently(operation, found)

    def get_json(self, key: str) -> Any:
        """Return the JSON document under `key`, None if it does not exist or is invalid. Raises StorageError."""
        return json_in(self.get(key))

    def list(self, prefix: str) -> dict[str, tuple[int, str]]:
        """Return {key: (bytes, ETag without quotes)} of all objects below `prefix`. Raises StorageError."""
        found: dict[str, tuple[int, str]] = {}
        for page in self._pages(prefix):
            found |= page
        return found

    def keys_below(self, prefix: str) -> Iterator[str]:
        """Yield the keys of all objects below `prefix`, a page of the listing at a time. Raises StorageError."""
        for page in self._pages(prefix):
            yield from page

    def _pages(self, prefix: str) -> Iterator[Mapping[str, tuple[int, str]]]:
        token: dict[str, str] = {}
        while True:
            answer = self.call("list_objects_v2", Prefix=self.folder + prefix, **token)
            yield {
                item["Key"].removeprefix(self.folder): (item["Size"], as_plain_etag(item.get("ETag", "")))
                for item in answer.get("Contents", [])
            }
            if not (token := following_page(answer, token, self.bucket.bucket_name)):
                return

    def delete(self, key: str) -> None:
        """Delete the object with all its versions, if it exists. Raises StorageError."""
        if self.private and keys.is_private(key):
            self.private.delete(key)
        try:
            versions = self.call("list_object_versions", Prefix=self.full_key(key))
        except StorageError:  # a store without versioning
            versions = {}
        found = [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]
        for version in found:
            if version["Key"] == self.full_key(key):
                self.call("delete_object", Key=version["Key"], VersionId=version["VersionId"])
        if not found:
            self.call("delete_object", Key=self.full_key(key))

    @property
    def place(self) -> str:
        """A short name of this bucket and its folder, independent of the endpoint: 8 hex digits."""
        return short_hash(f"{self.bucket.bucket_name}/{self.folder}")

    def full_key(self, key: str) -> str:
        """Return the key in the bucket, below the block's folder."""
        return self.folder + key

    @property
    def folder(self) -> str:
        """The block's fixed prefix of all keys: empty, or ending with a slash."""
        folder = self.bucket.bucket_folder.strip("/")
        return f"{folder}/" if folder else ""

    @property
    def _client(self) -> Any:
        return s3_client(self.bucket.credentials)

    def call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Return the answer to a call of the S3 client on this bucket, with retries. Raises StorageError."""
        return self._patiently(
            operation, lambda: getattr(self._client, operation)(Bucket=self.bucket.bucket_name, **arguments)
        )

    def _patiently(self, operation: str, call: Callable[[], Found]) -> Found:
        """Make a call of the SDK with retries. Raises StorageError: StorageBusy after the last retry."""

        def attempt() -> Found:
            try:
                return call()
            except SDK_ERRORS as error:
                raise storage_error(error, self.bucket.bucket_name) from None

        return self.patience.retry(operation, attempt)


def looks_like_md5(etag: str) -> bool:
    """Return whether an ETag may be the content's MD5: not for multipart and some encrypted objects."""
    return re.fullmatch(r"[0-9a-f]{32}", etag) is not None


def json_in(data: bytes | None) -> Any:
    """Return the JSON document in an object's bytes, None if there is none or it is invalid.

    Invalid is half a surrogate pair too, unlike for `json`: text with one can be written nowhere.
    """
    try:
        return None if data is None else _JSON.validate_json(data)
    except ValueError:
        return None


def as_plain_etag(etag: str) -> str:
    """Return an ETag as stores differ in writing it: without quotes, in small letters."""
    return etag.strip('"').lower()
