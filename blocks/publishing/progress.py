"""Progress while a run goes on: an artifact in the UI, steps for a terminal, and the images that are done."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import cast
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from blocks.observability.steps import Step, report_step
from blocks.run import Run
from imaging.record import Image

_UPDATE_SECONDS = 2.0  # at least, between two updates of the artifact: each is a request


class Progress:
    """Counts images as they come in. `names` are the planned ones. `images`: those that are done, by name.

    The artifact is created and updated in the background: no picture waits for it. `all_there`: the pictures seem to be
    in the bucket already, so there is an artifact only once one of them turns out to be missing.
    """

    def __init__(self, key: str, names: Sequence[str], run: Run, *, all_there: bool = False) -> None:
        self.images: dict[str, Image] = {}
        self._key = key
        self._names = names
        self._total = len(names)
        self._done = 0
        self._background = run.background
        self._in_flight = run.in_flight
        self._artifact: Future[UUID] | None = None
        self._sending = threading.Lock()
        self._updated = time.monotonic()
        if not all_there:
            self._show()
        self._show_step()

    def note(self, image: Image) -> None:
        """Note what is known of `image`, for the manifest of a stopped run; it may yet be stored.

        What fails once the run is being stopped has not failed: the next run collects or makes it.
        """
        if image.durable or not self._in_flight.closed:
            self.images[image.name] = image

    def count(self, image: Image) -> None:
        """Count one more image that is done, well or badly."""
        self._done += 1
        self._show_step()
        if self._artifact is None:
            if image.status != "reused":
                self._show()
        elif self._done == self._total or time.monotonic() - self._updated >= _UPDATE_SECONDS:
            self._updated = time.monotonic()
            self._background.start(self._update, self._artifact)

    def _show(self) -> None:
        self._updated = time.monotonic()
        self._artifact = self._background.start(self._create)

    def _show_step(self) -> None:
        done = self.images.copy()
        usd = sum(image.cost_usd for image in done.values())
        under_way = tuple(name for name in self._names if name not in done)
        report_step(Step("pictures", self._done, self._total, usd, under_way))

    def _create(self) -> UUID:
        return cast(UUID, create_progress_artifact(self._percent, key=self._key, description=self._text, _sync=True))  # type: ignore[call-arg] # not typed

    def _update(self, artifact: Future[UUID]) -> None:
        with self._sending, suppress(httpx.HTTPError):  # it may have been deleted, and the pictures matter more
            update_progress_artifact(  # type: ignore[call-arg]
                artifact.result(), progress=self._percent, description=self._text, _sync=True
            )

    @property
    def _percent(self) -> float:
        return 100.0 * self._done / self._total

    @property
    def _text(self) -> str:
        return f"{self._done} of {self._total} images"
