"""Web formats and pinned copies are made while other pictures are still on their way."""

from prefect.futures import PrefectFuture

from blocks.delivery.storing_formats import missing_formats
from blocks.records.inventory import Inventory
from blocks.run import Run
from imaging.entry import located
from imaging.errors import ImagesError, StorageError
from imaging.record import Image
from tasks.pictures.web_formats import make_web_formats

UnderWay = PrefectFuture[Image] | None


def begun(run: Run, inventory: Inventory, image: Image) -> tuple[Image, UnderWay]:
    """Return the image with what the bucket holds beside it, and the making of what it lacks, if anything.

    While the bucket cannot be asked, nothing is known of that, and nothing begun.
    """
    if inventory.trouble:
        return image, None
    image = inventory.completed(image)
    if image.durable:
        image = located(image, run.services.store.url)
    missing = missing_formats(image, run.services.settings, inventory.objects)
    return image, make_web_formats.submit(image, missing) if missing else None


def ended(run: Run, inventory: Inventory, image: Image, under_way: UnderWay) -> tuple[Image, str | None]:
    """Wait for an image's web formats. Return the image with them, and what went wrong: the picture itself is stored.

    What the bucket did not take is tried once more: it may take it by now.
    """
    if under_way is None:
        return image, None
    if isinstance(under_way.result(raise_on_failure=False), StorageError):
        under_way = make_web_formats.submit(image, missing_formats(image, run.services.settings, inventory.objects))
    try:
        return under_way.result(), None
    except ImagesError as error:
        return image, f"{image.name}: stored, but not all of its web formats: {error}"
    except Exception as error:  # noqa: BLE001 - a bug here must not lose a picture that is stored
        return image, f"{image.name}: stored, but not all of its web formats: unexpected {type(error).__name__}"
