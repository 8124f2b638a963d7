"""Where a LIST that comes in pages goes on."""

from collections.abc import Mapping
from typing import Any

from imaging.errors import StorageError, StorageRefused


def check_list(answer: Mapping[str, Any], bucket: str) -> None:
    """Raise StorageRefused for an answer to a LIST that says nothing: it would pass for that of an empty bucket."""
    if not answer.keys() - {"ResponseMetadata"}:
        raise StorageRefused(f"the bucket {bucket} answered a LIST with something else, as no bucket does")


def following_page(answer: Mapping[str, Any], sent: Mapping[str, str], bucket: str) -> dict[str, str]:
    """Return what the next page of a LIST is asked for with; nothing after the last page.

    `sent`: what this page was asked for with. Raises StorageRefused for a bucket that does not say where to go on, as
    those do that know the first version of LIST alone; StorageError for one that repeats itself.
    """
    check_list(answer, bucket)
    if not answer.get("IsTruncated"):
        return {}
    token = answer.get("NextContinuationToken")
    if not token:
        raise StorageRefused(
            f"the bucket {bucket} lists a part of its objects, and does not say where the rest begins:"
            " it does not speak ListObjectsV2"
        )
    following = {"ContinuationToken": str(token)}
    if following == sent:
        raise StorageError(f"the bucket {bucket} repeats a page of its LIST")
    return following
