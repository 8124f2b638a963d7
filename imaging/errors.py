"""The error tree.

    ImagesError
    ├── InvalidInput         the article or an option is wrong; names the field and the remedy (exit 2)
    ├── ConfigurationError   a variable, token or bucket is wrong; names it and the remedy (exit 2)
    ├── ProviderError        the provider returned no picture
    │   ├── ProviderBusy         5xx, connection error: retry
    │   │   └── NotAccepted          nothing was done or billed
    │   │       ├── Throttled            429: wait
    │   │       └── ModelStarting        a cold start: takes minutes
    │   ├── ProviderRefused      401, 404, 422: a retry would fail again
    │   │   └── OutOfCredit          402: every paid call of this provider would fail
    │   ├── NotDelivered         finished without a usable picture: another seed may succeed
    │   │   └── Moderated            refused for its content
    │   └── PredictionEnded      failed, canceled, aborted or gone: needs a new prediction
    │       ├── Interrupted          by an error of the vendor, not charged: a new one may succeed at once
    │       ├── PredictionStopped    canceled, aborted or turned down, not charged
    │       └── PictureGone          its file cannot be fetched: no new prediction before the file's hour is over
    ├── UnsafeDownload       an address that may not be fetched
    ├── PassedOver           a document of a source that is no article
    ├── SourceError          a source of articles could not be read
    │   └── SourceBusy           5xx, connection error: retry
    ├── HeroMissing          a card needs the hero, which cannot be read
    ├── BadPicture           the bytes are not an acceptable picture
    │   ├── TooManyPixels        more than are accepted
    │   └── NotWhole             not a picture, or a truncated one: fetching again may help
    ├── TooLarge             an object exceeds the size limit of its kind
    ├── NotWritten           an article's file could not be given its pictures, which are stored
    └── StorageError         the bucket could not be read or written
        ├── StorageBusy          5xx, connection error: retry
        └── StorageRefused       wrong key, no such bucket: a retry would fail again

Messages are shown to users, stored in manifests and sent in events: they never contain a secret or a presigned query.
"""

from datetime import datetime
from typing import Self

from imaging.sanitizing.printable import printable


class ImagesError(Exception):
    """Base of this product's errors. The message is one line without control characters.

    `cost_usd`: what the vendor charged nevertheless. `refused_at`: when the same order was first refused, if known.
    `sha256`: the hash of bytes that were refused. `status`: the HTTP status that caused the error, if known.
    """

    cost_usd: float = 0.0
    refused_at: datetime | None = None
    sha256: str | None = None
    status: int | None = None

    def __init__(self, *args: object) -> None:
        super().__init__(*(printable(arg) if isinstance(arg, str) else arg for arg in args))

    def costing(self, usd: float) -> Self:
        """Add to the error's cost, and return it."""
        self.cost_usd = round(self.cost_usd + usd, 6)
        return self

    def answered(self, status: int | None) -> Self:
        """Note the HTTP status that caused the error, if there is one, and return it."""
        self.status = status
        return self


class InvalidInput(ImagesError):
    """The article or an option is wrong; the message names the field and the remedy."""


class ConfigurationError(ImagesError):
    """A variable, token or bucket is wrong or refused; the message names it and the remedy."""


class ProviderError(ImagesError):
    """The provider returned no picture."""


class ProviderBusy(ProviderError):
    """A transient error: retry, after `retry_after` seconds if the provider sent that."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotAccepted(ProviderBusy):
    """The vendor has certainly not accepted the order: nothing was processed or billed."""


class Throttled(NotAccepted):
    """The account's rate limit is exceeded."""


class ModelStarting(NotAccepted):
    """No instance of the model is running yet."""


class ProviderRefused(ProviderError):
    """The provider refused the call (token, balance, unknown model, bad input): a retry would fail again."""


class OutOfCredit(ProviderRefused):
    """The account has no credit: every further paid call of this provider would be refused too."""


class NotDelivered(ProviderError):
    """The provider finished without a usable picture. The same order would fail again; another seed may succeed."""


class Moderated(NotDelivered):
    """The provider's moderation refused the prompt or the picture."""


class PredictionEnded(ProviderError):
    """The prediction ended without a picture, or its output is gone: a new one is needed."""


class Interrupted(PredictionEnded):
    """The prediction failed by an error of the vendor (a worker died, no capacity): another may succeed."""


class PredictionStopped(PredictionEnded):
    """The prediction was canceled, aborted or turned down, and not charged."""


class PictureGone(PredictionEnded):
    """The prediction succeeded, but its file cannot be fetched. That may be transient, and a new one would cost."""


class UnsafeDownload(ImagesError):
    """The address may not be fetched."""


class PassedOver(ImagesError):
    """A document of a source is no article; the message says what it is."""


class SourceError(ImagesError):
    """A source of articles could not be read, or not completely."""


class SourceBusy(SourceError):
    """A transient error of the source's server: retry."""


class HeroMissing(ImagesError):
    """A card needs the article's hero, which cannot be read: only a card without it can be drawn."""


class BadPicture(ImagesError):
    """The bytes are not a picture, or one that is too large or in an unsupported format."""


class TooManyPixels(BadPicture):
    """The picture has more pixels than are accepted."""


class NotWhole(BadPicture):
    """The bytes are not a picture, or a truncated one: fetching again may help."""


class TooLarge(ImagesError):
    """An object in the bucket exceeds the size limit of its kind."""


class NotWritten(ImagesError):
    """An article's file could not be given its pictures. They are stored, and the file is as it was."""


class StorageError(ImagesError):
    """The bucket could not be read or written."""


class StorageBusy(StorageError):
    """A transient error of the bucket, or of the connection to it: retry."""


class StorageRefused(StorageError):
    """The bucket refuses access (wrong key, no such bucket): a retry would fail again."""

    def named(self) -> ConfigurationError:
        """Return it as an error that names the variables to check."""
        return ConfigurationError(
            f"{str(self).rstrip('.')}. Check B2_ENDPOINT, B2_BUCKET_NAME, B2_KEY_ID and B2_APPLICATION_KEY"
            " (or the block b2-images, which wins over them), and IMAGES_PRIVATE_BUCKET if it is set"
        )
