"""Downloads of pictures that a vendor has made: they are paid for, so passing trouble is waited out."""

from blocks.delivery.measuring import measured
from blocks.delivery.storing import delivered
from blocks.network.backoff import limit, retry_transient
from blocks.network.data_uris import bytes_in, is_data_uri
from blocks.run import current_run
from imaging.errors import NotWhole, PictureGone, ProviderBusy, ProviderError
from imaging.pictures.picture import Picture
from imaging.spec import ImageSpec


def fetch_picture(spec: ImageSpec, address: str, *, kept: bool) -> Picture:
    """Return the picture at `address`, asking again while what comes is none, or not all of it.

    `kept`: the vendor still keeps it, so a file that is not there may only not have arrived yet. Raises ProviderError
    where it cannot be had in time, NotDelivered, BadPicture and UnsafeDownload where it is to be had, and refused.
    """
    run = current_run()
    settings = run.services.settings

    def fetched() -> Picture:
        with measured("download", spec):
            data = run.services.downloader.fetch(address)
        return delivered(data)

    if is_data_uri(address):
        return delivered(bytes_in(address, settings.images_max_bytes))
    passing = (ProviderBusy, NotWhole, PictureGone) if kept else (ProviderBusy, NotWhole)
    try:
        return retry_transient(fetched, passing, limit(settings.images_retry_seconds), run.in_flight.pause)
    except ProviderBusy as busy:
        raise ProviderError(f"{busy}; the next run fetches it") from None
