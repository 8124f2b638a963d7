"""Progress while a run goes on: an artifact in the UI, and the images that are done."""

import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from blocks.background import Background
from imaging.record import Image

_UPDATE_SECONDS = 2.0  # at least, between two updates of the artifact: each is a request


class Progress:
    """Counts images as they come in. `total` is the number of planned ones. `images`: those that are done, by name.

    The artifact is created and updated in the background: no picture waits for it.
    """

    def __init__(self, key: str, total: int, background: Background) -> None:
        self.images: dict[str, Image] = {}
        self._total = total
        self._done = 0
        self._background = background
        self._artifact: Future[UUID] = background.start(self._create, key)
        self._sending = threading.Lock()
        self._updated = time.monotonic()

    def note(self, image: Image) -> None:
        """Note what is known of `image`, for the manifest of a stopped run; it may yet be stored."""
        self.images[image.name] = image

    def count(self) -> None:
        """Count one more image that is done, well or badly."""
        self._done += 1
        if self._done == self._total or time.monotonic() - self._updated >= _UPDATE_SECONDS:
            self._updated = time.monotonic()
            self._background.start(self._update)

    def _create(self, key: str) -> UUID:
        description = f"0 of {self._total} images"
        return cast(UUID, create_progress_artifact(0.0, key=key, description=description, _sync=True))  # type: ignore[call-arg] # not typed

    def _update(self) -> None:
        with self._sending, suppress(httpx.HTTPError):  # it may have been deleted, and the pictures matter more
            update_progress_artifact(  # type: ignore[call-arg]
                self._artifact.result(),
                progress=100.0 * self._done / self._total,
                description=f"{self._done} of {self._total} images",
                _sync=True,
            )
