"""Progress while a run goes on: an artifact in the UI, and the images that are done."""

import time
from contextlib import suppress
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from imaging.record import Image

_UPDATE_SECONDS = 2.0  # at least, between two updates of the artifact: each is a request


class Progress:
    """Counts images as they come in. `total` is the number of planned ones. `images`: those that are done, by name."""

    def __init__(self, key: str, total: int) -> None:
        self.images: dict[str, Image] = {}
        self._total = total
        self._done = 0
        artifact = create_progress_artifact(0.0, key=key, description=f"0 of {total} images", _sync=True)  # type: ignore[call-arg] # not typed
        self._artifact = cast(UUID, artifact)
        self._updated = time.monotonic()

    def note(self, image: Image) -> None:
        """Note what is known of `image`, for the manifest of a stopped run; it may yet be stored."""
        self.images[image.name] = image

    def count(self) -> None:
        """Count one more image that is done, well or badly."""
        self._done += 1
        if self._done == self._total or time.monotonic() - self._updated >= _UPDATE_SECONDS:
            self._update()

    def _update(self) -> None:
        self._updated = time.monotonic()
        with suppress(httpx.HTTPError):  # it may have been deleted, and the pictures matter more
            update_progress_artifact(  # type: ignore[call-arg]
                self._artifact,
                progress=100.0 * self._done / self._total,
                description=f"{self._done} of {self._total} images",
                _sync=True,
            )
