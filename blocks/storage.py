"""The bucket: the `S3Bucket` block `b2-images`, and the few calls that this product makes on it."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError
from prefect_aws import AwsCredentials, S3Bucket
from prefect_aws.client_parameters import AwsClientParameters

from blocks.backoff import Patience
from blocks.settings import Settings
from blocks.trouble import is_passing
from imaging import keys
from imaging.errors import StorageBusy, StorageError, StorageRefused
from imaging.picture import Picture, md5
from imaging.slug import short_hash

BLOCK_NAME = "b2-images"
Found = TypeVar("Found")

# S3 error codes that a retry does not change. B2's 403 with a cap message is not among them: the account's
# daily limit is trouble that passes at midnight, and the picture waits for it elsewhere.
_REFUSED = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "AccessDenied", "InvalidBucketName",
    "UnauthorizedAccess", "AuthorizationHeaderMalformed", "403", "401",
}  # fmt: skip
_CAP = re.compile(r"\bcap\b|cap exceeded|usage", re.IGNORECASE)


def bucket_from(settings: Settings, folder: str = "") -> S3Bucket:
    """Return the `S3Bucket` that the `B2_*` variables describe; `folder` is a fixed prefix of all keys."""
    secret = settings.b2_application_key
    return s3_bucket(
        endpoint=settings.b2_endpoint or "",
        key_id=settings.b2_key_id or "",
        secret=secret.get_secret_value() if secret else "",
        bucket=settings.b2_bucket_name or "",
        folder=folder,
        checksums=settings.images_s3_checksums,
    )


def s3_bucket(
    *,
    endpoint: str,
    key_id: str,
    secret: str,
    bucket: str,
    folder: str = "",
    checksums: str = "when_required",
) -> S3Bucket:
    """Return an `S3Bucket` for an S3-compatible store at `endpoint` (a full URL)."""
    credentials = AwsCredentials(
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        region_name=region_of(endpoint),
        aws_client_parameters=AwsClientParameters(
            endpoint_url=endpoint,
            config={
                # Path style: a bucket's name may hold what a host's cannot, and loopback has no subdomains.
                "s3": {"addressing_style": "path"},
                "signature_version": "s3v4",
                # Older B2 and other stores answer 400 to x-amz-checksum-* headers.
                "request_checksum_calculation": checksums,
                "response_checksum_validation": checksums,
                # 503 SlowDown is normal on B2 and means retry; what takes longer is waited out by `Patience`.
                "retries": {"mode": "standard", "total_max_attempts": 4},
                "connect_timeout": 5,
                "read_timeout": 30,
                "max_pool_connections": 64,
            },
        ),
    )
    return S3Bucket(bucket_name=bucket, credentials=credentials, bucket_folder=folder)


def endpoint_of(bucket: S3Bucket) -> str:
    """Return the address of the store's API: that of AWS where the block names none."""
    return (bucket.credentials.aws_client_parameters.endpoint_url or "https://s3.amazonaws.com").rstrip("/")


def region_of(endpoint: str) -> str:
    """Return the region in the endpoint's host (`s3.eu-central-003.backblazeb2.com`), or `us-east-1`.

    A host like `s3.amazonaws.com` or `s3.example.com` names none.
    """
    match = re.match(r"(?:https?://)?s3[.-](?:dualstack\.)?([a-z0-9-]+)(?:\.[a-z0-9-]+){2}", endpoint.lower())
    return match[1] if match else "us-east-1"


@dataclass(frozen=True, slots=True)
class ImageStore:
    """The bucket of the pictures and the address under which the world reads it.

    `tenant_bases`: by tenant, another address for what lies in that tenant's folder. `patience`: for how long the
    calls of a run wait out passing trouble; outside a run they do not. `private`: where records and claims lie
    instead, if not here. Those that were written here before are found, and copied there as they are read.
    """

    bucket: S3Bucket
    public_base: str
    tenant_bases: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience, repr=False)
    private: "ImageStore | None" = None

    def patient(self, patience: Patience) -> "ImageStore":
        """Return the same store with that patience, in the private place too."""
        private = self.private and replace(self.private, patience=patience)
        return replace(self, patience=patience, private=private)

    def url(self, key: str) -> str:
        """Return the public, permanent URL of `key` (keys are URL-safe by construction)."""
        return f"{self.tenant_bases.get(key.partition('/')[0], self.public_base)}/{key}"

    def key_of(self, url: str) -> str | None:
        """Return the key of the object that a public URL of ours leads to, None for a URL of somebody else's."""
        for base in (*self.tenant_bases.values(), self.public_base):
            if url.startswith(f"{base}/"):
                return url.removeprefix(f"{base}/").partition("?")[0]
        return None

    def put_picture(self, key: str, picture: Picture, cache_control: str, origin: Mapping[str, str]) -> None:
        """Store a picture under `key`; `origin` says where it came from. Raises StorageError."""
        metadata = {"sha256": picture.sha256} | dict(origin)
        self.put(key, picture.data, picture.content_type, cache_control, metadata)

    def put_json(self, key: str, text: str, cache_control: str = "no-cache") -> None:
        """Store a JSON document. Raises StorageError."""
        self.put(key, text.encode(), "application/json", cache_control, {})

    def put(self, key: str, data: bytes, content_type: str, cache_control: str, metadata: Mapping[str, str]) -> None:
        """Store `data` whole or not at all. Raises StorageError.

        Not through `upload_from_file_object`: that hides the answer's ETag, and Content-MD5 with it proves
        without a HEAD (B2 counts those) that what is stored is what was made.
        """
        if self.private and keys.is_private(key):
            self.private.put(key, data, content_type, cache_control, metadata)
            return
        digest = md5(data)
        answer = self._call(
            "put_object",
            Key=self.full_key(key),
            Body=data,
            ContentType=content_type,
            ContentMD5=base64.b64encode(bytes.fromhex(digest)).decode(),
            CacheControl=cache_control,
            Metadata=dict(metadata),
        )
        etag = _plain(answer.get("ETag", ""))
        if not etag:
            raise StorageError(f"the bucket did not confirm {key}: its answer has no ETag")
        # Encrypted with a key of AWS's KMS, an object has an ETag that only looks like an MD5: its bytes tell.
        if looks_like_md5(etag) and etag != digest and self.get(key) != data:
            raise StorageError(f"the bucket stored something else under {key}: its MD5 is {etag}, ours {digest}")

    def get(self, key: str) -> bytes | None:
        """Return the object's bytes, or None where there is none. Raises StorageError."""
        if self.private and keys.is_private(key):
            return self.private.get(key) or self._copied(key, self.private)
        return self._of_object(
            "get_object", lambda where: cast(bytes, self._client.get_object(**where)["Body"].read()), key
        )

    def _copied(self, key: str, private: "ImageStore") -> bytes | None:
        """Copy a JSON document from before there was a private place, and return its bytes; None where there is none.

        It is not deleted: another run that looks for it just now must find it. Raises StorageError.
        """
        data = replace(self, private=None).get(key)
        if data is not None:
            private.put(key, data, "application/json", "no-store", {})
        return data

    def metadata(self, key: str) -> dict[str, str] | None:
        """Return the object's metadata by lower-case name, None where there is no object. Raises StorageError."""
        answer = self._of_object("head_object", lambda where: self._client.head_object(**where), key)
        return None if answer is None else {name.lower(): value for name, value in answer["Metadata"].items()}

    def _of_object(self, operation: str, ask: Callable[[dict[str, str]], Found], key: str) -> Found | None:
        """Return what is asked of the object under `key`, None where there is none. Raises StorageError."""

        def found() -> Found | None:
            try:
                return ask({"Bucket": self.bucket.bucket_name, "Key": self.full_key(key)})
            except ClientError as error:
                if _code(error) in {"NoSuchKey", "404"}:
                    return None
                raise

        return self._patiently(operation, found)

    def get_json(self, key: str) -> Any:
        """Return the document under `key`, or None where there is none or it is broken. Raises StorageError."""
        return json_in(self.get(key))

    def list(self, prefix: str) -> dict[str, tuple[int, str]]:
        """Return {key: (bytes, ETag without quotes)} of all objects below `prefix`. Raises StorageError."""
        found: dict[str, tuple[int, str]] = {}
        token: dict[str, str] = {}
        while True:
            answer = self._call("list_objects_v2", Prefix=self._folder + prefix, **token)
            found |= {
                item["Key"].removeprefix(self._folder): (item["Size"], _plain(item.get("ETag", "")))
                for item in answer.get("Contents", [])
            }
            if not answer.get("IsTruncated"):
                return found
            token = {"ContinuationToken": answer["NextContinuationToken"]}

    def delete(self, key: str) -> None:
        """Delete the object with all its versions, or nothing where there is none. Raises StorageError."""
        if self.private and keys.is_private(key):
            self.private.delete(key)
        try:
            versions = self._call("list_object_versions", Prefix=self.full_key(key))
        except StorageError:  # a store without versions
            versions = {}
        found = [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]
        for version in found:
            if version["Key"] == self.full_key(key):
                self._call("delete_object", Key=version["Key"], VersionId=version["VersionId"])
        if not found:
            self._call("delete_object", Key=self.full_key(key))

    @property
    def place(self) -> str:
        """A short name of this bucket and the folder in it, by whatever address it is reached: 8 hex digits."""
        return short_hash(f"{self.bucket.bucket_name}/{self._folder}")

    def full_key(self, key: str) -> str:
        """Return the key as the bucket has it: below the block's folder."""
        return self._folder + key

    @property
    def _folder(self) -> str:
        """The block's fixed prefix of all keys: empty, or ending in a slash."""
        folder = self.bucket.bucket_folder.strip("/")
        return f"{folder}/" if folder else ""

    @property
    def _client(self) -> Any:
        return self.bucket.credentials.get_client("s3")

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return self._patiently(
            operation, lambda: getattr(self._client, operation)(Bucket=self.bucket.bucket_name, **arguments)
        )

    def _patiently(self, operation: str, call: Callable[[], Found]) -> Found:
        """Make a call of the SDK. Raises StorageError: StorageBusy not before our patience is at its end."""

        def attempt() -> Found:
            try:
                return call()
            except (BotoCoreError, ClientError, OSError) as error:
                raise _storage_error(error, self.bucket.bucket_name) from None

        return self.patience.outlast(operation, attempt)


def looks_like_md5(etag: str) -> bool:
    """Tell whether an ETag may be the MD5 of the content: not so for multipart or some encrypted objects."""
    return re.fullmatch(r"[0-9a-f]{32}", etag) is not None


def json_in(data: bytes | None) -> Any:
    """Return the document in an object's bytes, None where there is none or it is broken."""
    try:
        return None if data is None else json.loads(data)
    except (ValueError, RecursionError):
        return None


def _plain(etag: str) -> str:
    return etag.strip('"').lower()


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _storage_error(error: Exception, bucket: str) -> StorageError:
    """Put an SDK's error into our words; its own text may quote headers, so only code and message are kept."""
    passing = StorageBusy if is_passing(error) else StorageError
    if not isinstance(error, ClientError):
        return passing(f"the bucket {bucket} cannot be reached: {type(error).__name__}")
    code, message = _code(error), str(error.response.get("Error", {}).get("Message", ""))[:200]
    kind = StorageRefused if code in _REFUSED and not _CAP.search(message) else passing
    return kind(f"the bucket {bucket} answered {code}: {message}")
