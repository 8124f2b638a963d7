"""Timings of a run: seconds by image and step."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Literal

Step = Literal["provider", "download", "storage"]


class Stopwatch:
    """The timings of one run. Thread-safe. Tasks in other processes (Dask, Ray) have a stopwatch of their own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: dict[str, dict[Step, float]] = defaultdict(dict)

    def add(self, image: str, step: Step, seconds: float) -> None:
        """Add seconds to a step of an image; attempts add up."""
        with self._lock:
            self._seconds[image][step] = self._seconds[image].get(step, 0.0) + seconds

    def seconds(self, image: str) -> Mapping[Step, float]:
        """Return the seconds of each step of an image, rounded to milliseconds."""
        with self._lock:
            return {step: round(seconds, 3) for step, seconds in self._seconds[image].items()}

    def summary(self, image: str) -> str:
        """Return the same in words for users: `provider 8.2 s, download 0.1 s`."""
        return ", ".join(f"{step} {seconds:.1f} s" for step, seconds in self.seconds(image).items())
