"""Receipts: what was paid for and is about to be stored, where the vendor keeps no id to ask for it again.

A run that is killed between a picture's upload and its record would else pay for it once more.
"""

from contextlib import suppress
from typing import cast

from prefect.logging import get_run_logger
from prefect.results import get_result_store
from pydantic import ValidationError

from blocks.results import SharedResults
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from tasks.policy import Terms
from tasks.stock import lies


def write_receipt(spec: ImageSpec, about: StoredImage) -> None:
    """Note what is about to be uploaded."""
    with suppress(OSError):  # bucket and disk both away: the upload will say so
        _results().write_path(_path(spec), about.model_dump_json().encode())


def uploaded_before(spec: ImageSpec, terms: Terms) -> StoredImage | None:
    """Return the picture of an earlier run's receipt if it lies in the bucket, None if there is none."""
    if not terms.unnamed:
        return None
    try:
        stored = StoredImage.model_validate_json(_results().read_path(_path(spec)))
    except (ValueError, ValidationError):
        return None
    if not lies(terms.unnamed, stored.key, stored.bytes, stored.md5):
        return None
    get_run_logger().info("%s lies in the bucket already: a run that was killed has stored it", spec.name)
    return stored


def _results() -> SharedResults:
    return cast(SharedResults, get_result_store().result_storage)


def _path(spec: ImageSpec) -> str:
    return f"{spec.cache_key}.receipt"
