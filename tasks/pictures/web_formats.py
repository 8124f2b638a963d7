"""Web formats and pinned copies of stored pictures. Not cached: manifest and bucket say what there is."""

from prefect import task
from prefect.runtime import task_run

from blocks.delivery.storing_formats import MissingFormats, with_formats
from blocks.run import current_run
from imaging.errors import StorageError
from imaging.record import Image


def web_formats_name() -> str:
    """Task runs stand beside their image: `hero (web formats)`."""
    image: Image = task_run.parameters["image"]
    return f"{image.name} (web formats)"


@task(task_run_name=web_formats_name, persist_result=False)
def make_web_formats(image: Image, missing: MissingFormats) -> Image:
    """Make and store what a picture in the bucket lacks; return its entry with it. Raises StorageError, BadPicture."""
    run, key = current_run(), str(image.key)
    data = run.stored_bytes.take(key) or run.services.store.get(key)
    if data is None:
        raise StorageError(f"{image.key} is not there any more")
    return with_formats(image, missing, data)
