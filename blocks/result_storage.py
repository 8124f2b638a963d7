"""Prefect's result storage over the records: what a task returned is kept where every run of its article finds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.context import FlowRunContext
from prefect.filesystems import WritableFileSystem
from prefect.results import get_result_store
from prefect.serializers import CompressedSerializer
from pydantic import PrivateAttr

from blocks.records.records import Records
from blocks.run import current_run
from blocks.storage.bucket import json_in
from imaging.record import StoredImage
from imaging.spec import ImageSpec
from imaging.validation import parsed

FLOW_RESULTS: "CompressedSerializer[Any]" = CompressedSerializer(serializer="json", compressionlib="zlib")
"""The serializer of flows that return a set. Prefect's `compressed/json` takes ten times as long, by lzma; with plain
"json" a caller gets a dict: Prefect takes a result with a field `data` for an old format.
"""


class ResultStorage(WritableFileSystem):
    """Result storage over one run's records.

    Where tasks run in other processes than their flow, Prefect rebuilds this there from its fields alone: it then
    finds bucket and folder through the run of that process. No credentials travel.
    """

    _block_type_name = "Article Images Results"
    bucket_answers: bool = True
    _records: Records | None = PrivateAttr(None)

    @classmethod
    def over(cls, records: Records) -> "ResultStorage":
        """Return result storage over `records`."""
        storage = cls(bucket_answers=records.bucket_answers)
        storage._records = records
        return storage

    @property
    def records(self) -> Records:
        """The records that the results are kept among."""
        if self._records is None:
            self._records = current_run().services.records(bucket_answers=self.bucket_answers)
        return self._records

    def read_path(self, path: str, **_how: Any) -> bytes:  # type: ignore[override] # called with _sync=True
        """Return a result. Raises ValueError where there is none."""
        return self.records.read(path)

    def write_path(self, path: str, content: bytes, **_how: Any) -> None:  # type: ignore[override]
        """Keep a result. Raises OSError where it can be kept nowhere."""
        if "/" in path:  # else it is no cache key but a failed task's exception, which nobody ever reads
            self.records.write(path, content)

    def _resolve_path(self, path: str) -> Path:
        """Prefect asks for this to make keys relative; ours are."""
        return Path(path)


@contextmanager
def results_kept_in(records: Records) -> Iterator[None]:
    """Keep the results of the tasks of this flow run among `records`.

    Through the run's context: a task's own `result_storage` must be a saved block, and credentials that come from the
    environment are not to be saved behind the user's back. Raises RuntimeError outside a flow run.
    """
    run = FlowRunContext.get()
    if run is None:
        raise RuntimeError("results are kept for a flow run")
    store = run.result_store.model_copy(update={"result_storage": ResultStorage.over(records)})
    with run.model_copy(update={"result_store": store}):
        yield


def cached_image(records: Records, spec: ImageSpec) -> StoredImage | None:
    """Return the picture that a task has returned for `spec`, if its result is kept: as Prefect writes it, as JSON."""
    try:
        document = json_in(records.read(spec.cache_key))
    except ValueError:
        return None
    result = json_in(str(document.get("result")).encode()) if isinstance(document, dict) else None
    return parsed(StoredImage, result.get("data")) if isinstance(result, dict) else None


def run_records() -> Records:
    """Return the records of the run that this task is part of. Raises RuntimeError outside `results_kept_in`."""
    storage = get_result_store().result_storage
    if not isinstance(storage, ResultStorage):
        raise RuntimeError("this task runs outside a flow that keeps records")
    return storage.records
