"""Receipts of pictures that are about to be stored, for vendors that keep no orders.

A run that is killed between a picture's upload and its record would else pay for it once more.
"""

from contextlib import suppress

from prefect.logging import get_run_logger
from pydantic import ValidationError

from blocks.delivery.terms import RunTerms
from blocks.records.inventory import matches
from blocks.result_storage import run_records
from imaging.names import record_paths
from imaging.record import StoredImage
from imaging.spec import ImageSpec


def write_receipt(spec: ImageSpec, about: StoredImage) -> None:
    """Note what is about to be uploaded."""
    with suppress(OSError):  # bucket and disk both away: the upload will say so
        run_records().write(record_paths.receipt_path(spec), about.model_dump_json().encode())


def uploaded_before(spec: ImageSpec, terms: RunTerms) -> StoredImage | None:
    """Return the picture of an earlier run's receipt if the bucket has it, None if there is none."""
    if not terms.unlisted:
        return None
    try:
        stored = StoredImage.model_validate_json(run_records().read(record_paths.receipt_path(spec)))
    except (ValueError, ValidationError):
        return None
    if not matches(terms.unlisted, stored.key, stored.bytes, stored.md5):
        return None
    get_run_logger().info("%s is in the bucket already: a run that was killed has stored it", spec.name)
    return stored
