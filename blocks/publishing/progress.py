"""Progress while a run goes on: an artifact in the UI, a line in the log for each image."""

import time
from contextlib import suppress
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.logging import get_run_logger

from blocks.observability.log import PROGRESS
from imaging.pages.gallery import size
from imaging.record import Image

_UPDATE_SECONDS = 2.0  # at least, between two updates of the artifact: each is a request
_SHOWN = {PROGRESS: "pictures"}


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

    def count(self, image: Image) -> None:
        """Note that `image` is done, well or badly."""
        self._done += 1
        log = get_run_logger(image=image.name)
        if image.durable:
            log.info("%s %s: %s, %.3f USD", image.name, image.status, size(image), image.cost_usd, extra=_SHOWN)
        else:
            log.warning("%s %s: %s", image.name, image.status, image.error, extra=_SHOWN)
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
