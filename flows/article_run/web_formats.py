"""Finishing: web formats and pinned copies are made while other pictures are still on their way."""

from collections.abc import Callable
from dataclasses import dataclass, field

from prefect.futures import PrefectFuture

from imaging.errors import ImagesError, StorageError
from imaging.record import Image, located
from tasks.finishing import due, finish
from tasks.stock import Stock


@dataclass
class Finishing:
    """What one run makes beside its pictures, by the image's name."""

    stock: Stock
    url: Callable[[str], str]
    _under_way: dict[str, PrefectFuture[Image]] = field(default_factory=dict)

    def begin(self, image: Image) -> Image:
        """Return the image with what the bucket holds beside it, and begin with what it lacks.

        While the bucket cannot be asked, nothing is known of that, and nothing begun.
        """
        if self.stock.trouble:
            return image
        image = self.stock.completed(image)
        if image.durable:
            image = located(image, self.url)
        if lacking := due(image):
            self._under_way[image.name] = finish.submit(image, lacking)
        else:
            self._under_way.pop(image.name, None)
        return image

    def end(self, images: dict[str, Image]) -> list[str]:
        """Wait for all that was begun, and put it into `images`. Return what went wrong: the pictures are there."""
        self._try_again(images)
        problems = []
        for name, future in self._under_way.items():
            try:
                images[name] = future.result()
            except ImagesError as error:
                problems.append(f"{name}: stored, but not all of its web formats: {error}")
            except Exception as error:  # noqa: BLE001 - a bug here must not lose a picture that is stored
                problems.append(f"{name}: stored, but not all of its web formats: unexpected {type(error).__name__}")
        return problems

    def _try_again(self, images: dict[str, Image]) -> None:
        """Begin once more with what the bucket did not take: it may do so by now."""
        for name, future in self._under_way.items():
            if isinstance(future.result(raise_on_failure=False), StorageError):
                self._under_way[name] = finish.submit(images[name], due(images[name]))
