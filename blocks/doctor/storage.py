"""Checks of the storage: write, read, list, public read and delete of a small picture."""

import re
import secrets
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from prefect_aws import S3Bucket

from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import SETUP, Installation
from blocks.provisioning.saved_blocks import BUCKET
from blocks.services import image_store
from blocks.storage.bucket import ImageStore, endpoint_of
from blocks.storage.embedded import embedded_storage
from imaging.errors import StorageError
from imaging.names import keys, record_paths

_SKEW_REFUSED, _SKEW_NOTED = 900, 60  # seconds; S3 refuses signatures that are older than 15 minutes
_CACHE_CONTROL = "public, max-age=31536000, immutable"  # that of pictures with a hash in their name
_MENDS = (
    (r"a web page", "set B2_ENDPOINT to the store itself, not to a page to sign in on, a proxy or a CDN"),
    (r"InvalidAccessKeyId|SignatureDoesNotMatch|\b40[13]\b|UnauthorizedAccess", "set B2_KEY_ID and B2_APPLICATION_KEY"),
    (r"AccessDenied", "give the key the right to list, read and write this bucket, or set another one"),
    (r"NoSuchBucket|InvalidBucketName|NoSuchKey|\b404\b", "set B2_BUCKET_NAME to a bucket that exists"),
    (
        r"AuthorizationHeaderMalformed|cannot be reached|a redirect",
        "set B2_ENDPOINT to the endpoint of the bucket's region",
    ),
    (r"RequestTimeTooSkewed", "set this machine's clock"),
    (r"\bcap\b", "raise the cap in your account with the storage provider"),
)


def check_storage(installation: Installation) -> Iterator[Finding]:
    """Try all operations of a run on the bucket, or on the embedded storage without one."""
    if installation.settings is None or BUCKET.name in installation.broken_blocks:
        return
    bucket = installation.used(BUCKET)
    then = f", then run {SETUP}" if installation.saved(BUCKET) else ""
    if not isinstance(bucket, S3Bucket):
        # In a temporary folder, so that the data directory is neither created nor changed.
        with tempfile.TemporaryDirectory() as folder, embedded_storage(Path(folder)) as store:
            yield from _try(store, then, embedded=True)
        return
    try:
        answer = httpx.get(endpoint_of(bucket), timeout=10)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        text = f"{endpoint_of(bucket)} cannot be reached: {type(error).__name__}"
        yield failure("storage", text, f"set B2_ENDPOINT, or check the network of this machine{then}")
        return
    yield from _clock(answer.headers.get("date", ""))
    yield from _try(image_store(bucket, installation.settings), then, embedded=False)


def _clock(date: str) -> Iterator[Finding]:
    """Compare this machine's clock with the bucket's, which validates signatures by its own."""
    try:
        ahead = (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return
    text, mend = f"this machine is {ahead:+.0f} s off the bucket's clock", "set this machine's clock (NTP)"
    if abs(ahead) > _SKEW_REFUSED:
        yield failure("clock", f"{text}: signatures are refused", mend)
    elif abs(ahead) > _SKEW_NOTED:
        yield warning("clock", text, mend)
    else:
        yield well("clock", "agrees with the bucket's")


def _try(store: ImageStore, then: str, *, embedded: bool) -> Iterator[Finding]:
    where = "the embedded storage of this machine" if embedded else f"the bucket {store.bucket.bucket_name}"
    key, picture = f"{keys.DOCTOR_FOLDER}/{secrets.token_hex(8)}.png", _dot()
    try:
        store.put(key, picture, "image/png", _CACHE_CONTROL, {})
    except StorageError as error:
        yield _refused("storage write", error, then)
        return
    yield well("storage write", f"{where} takes pictures")
    try:
        yield from _read_back(store, key, picture, then)
        yield from _in_public(store, key, picture, embedded=embedded)
        if not embedded:
            yield from _records(store, then)
    finally:
        deleted = _deleted(store, key)
    yield deleted


def _records(store: ImageStore, then: str) -> Iterator[Finding]:
    """Check that the records (prompts, costs, budgets), whose names can be guessed, are not public."""
    name, key = "records", record_paths.record_key(f"doctor-{secrets.token_hex(8)}.json")
    try:
        store.put_json(key, "{}")
    except StorageError as error:
        yield _refused(name, error, then)
        return
    try:
        place = store.private or store
        url = f"{endpoint_of(place.bucket)}/{place.bucket.bucket_name}/{place.full_key(key)}"
        readable = [one for one in (url, store.url(key)) if _is_readable(one)]
    finally:
        deleted = _deleted(store, key)
    if readable:
        text = f"anyone can read the records of runs (prompts, costs, budgets), below {keys.RESULTS_FOLDER}/"
        yield warning(name, text, "set IMAGES_PRIVATE_BUCKET to a second, private bucket of the same key")
    else:
        yield well(name, "not publicly readable")
    if deleted.level != "ok":
        yield deleted


def _is_readable(url: str) -> bool:
    try:
        return httpx.get(url, timeout=20, follow_redirects=True).text == "{}"
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        return False


def _read_back(store: ImageStore, key: str, picture: bytes, then: str) -> Iterator[Finding]:
    try:
        same, listed = store.get(key) == picture, key in store.list(key)
    except StorageError as error:
        yield _refused("storage read", error, then)
        return
    if same and listed:
        yield well("storage read", "the written picture can be read and listed")
    else:
        text = "the written picture is not listed" if same else "the picture that is read is not the written one"
        yield failure("storage read", text, "set B2_ENDPOINT to the store itself, not to a cache or CDN")


def _in_public(store: ImageStore, key: str, picture: bytes, *, embedded: bool) -> Iterator[Finding]:
    """Fetch the picture as a browser would, without a signature."""
    name, base = "public read", f"{store.public_base}/"
    mend = "make the bucket public, or put a CDN in front of it and set IMAGES_PUBLIC_BASE_URL to its address"
    try:
        answer = httpx.get(store.url(key), timeout=20, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        yield failure(name, f"{base} cannot be reached: {type(error).__name__}", mend)
        return
    content_type = answer.headers.get("content-type", "none")
    if answer.status_code in {401, 403}:
        yield failure(name, f"{base} answers {answer.status_code} without a signature: nobody sees the pictures", mend)
    elif answer.status_code != httpx.codes.OK or answer.content != picture:
        text = f"{base} does not lead to the bucket's objects: it answers {answer.status_code} with something else"
        yield failure(name, text, "set IMAGES_PUBLIC_BASE_URL to the public address of the objects")
    elif not content_type.startswith("image/png"):
        text = f"{base} delivers a picture as {content_type}"
        yield failure(name, text, "let the CDN pass Content-Type through")
    elif not embedded and answer.headers.get("cache-control") != _CACHE_CONTROL:
        yield warning(name, f"{base} delivers pictures without their Cache-Control", "let the CDN pass it through")
    else:
        yield well(name, f"anyone can read below {base}")


def _deleted(store: ImageStore, key: str) -> Finding:
    try:
        store.delete(key)
    except StorageError as error:
        return warning("storage delete", f"the test picture {key} could not be deleted: {error}", "delete it manually")
    return well("storage delete", "the test picture is deleted")


def _refused(name: str, error: StorageError, then: str) -> Finding:
    mend = next((mend for sign, mend in _MENDS if re.search(sign, str(error))), "check the bucket, and try again")
    return failure(name, str(error), mend + then)


def _dot() -> bytes:
    """Return a picture of one pixel in a random colour, so that no cache can answer for it."""
    file = BytesIO()
    Image.new("RGB", (1, 1), tuple(secrets.token_bytes(3))).save(file, "png")
    return file.getvalue()
