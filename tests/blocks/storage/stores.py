"""Stores for the tests of the bucket, and what S3 answers."""

import hashlib

from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from tests.standins import Answer

YEAR = "public, max-age=31536000, immutable"


def at(endpoint: str) -> ImageStore:
    bucket = s3_bucket(endpoint=endpoint, key_id="keyid", secret="geheim", bucket="images")
    return ImageStore(bucket, f"{endpoint}/images")


def stored(body: bytes) -> Answer:
    """What S3 says to a PUT that went well."""
    return Answer(200, b"", "", {"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'})
