"""The one error tree.

    ImagesError
    ├── InvalidInput         the article or an option is wrong; names the field and the mend (exit 2)
    ├── ConfigurationError   a variable, token or bucket is wrong; names it and the mend (exit 2)
    ├── ProviderError        no picture came
    │   ├── ProviderBusy         5xx, connection trouble: worth a retry
    │   │   ├── Throttled            429: nothing was done or billed, the account is to wait
    │   │   └── ModelStarting        a cold start: nothing was done or billed, this takes minutes
    │   ├── ProviderRefused      401, 404, 422: a retry changes nothing
    │   │   └── OutOfCredit          402: no paid call of this provider can succeed
    │   ├── NotDelivered         done, but there is no picture that can be used: another seed may bring one
    │   │   └── Moderated            refused for what it shows
    │   └── PredictionEnded      failed, canceled, aborted or gone: only a new prediction helps
    │       ├── Interrupted          by the vendor's own trouble, not charged: another one at once may succeed
    │       ├── PredictionStopped    canceled or aborted, which is not charged
    │       └── PictureGone          its file alone does not answer: not before its hour is over
    ├── UnsafeDownload       an address that we do not fetch from
    ├── SourceError          a source of articles could not be read
    │   └── SourceBusy           5xx, connection trouble: worth a retry
    ├── HeroMissing          a card is to show the hero, and that cannot be read
    ├── BadPicture           the bytes are not a picture that we accept
    │   └── NotWhole             no picture, or not all of one: it may arrive whole another time
    ├── TooLarge             an object has more bytes than are read of its kind
    └── StorageError         the bucket could not be read or written
        ├── StorageBusy          5xx, connection trouble: worth a retry
        └── StorageRefused       wrong key, no such bucket: a retry changes nothing

Messages are shown to people, stored in manifests and sent in events: they never hold a secret or a
presigned query.
"""

from datetime import datetime
from typing import Self

from imaging.printable import printable


class ImagesError(Exception):
    """Base of all errors that this product raises on purpose. The message is one line that steers no terminal.

    `cost_usd`: what the vendor was paid all the same. `refused_at`: since when it is known that the same order would
    end so again. `sha256`: of the bytes that were refused.
    """

    cost_usd: float = 0.0
    refused_at: datetime | None = None
    sha256: str | None = None

    def __init__(self, *said: object) -> None:
        super().__init__(*(printable(words) if isinstance(words, str) else words for words in said))

    def costing(self, usd: float) -> Self:
        """Return the error with so much more on its account."""
        self.cost_usd = round(self.cost_usd + usd, 6)
        return self


class InvalidInput(ImagesError):
    """The article or an option is wrong; the message names the field and the mend."""


class ConfigurationError(ImagesError):
    """A variable, token or bucket is wrong or refused; the message names it and the mend."""


class ProviderError(ImagesError):
    """The provider delivered no picture."""


class ProviderBusy(ProviderError):
    """A passing trouble: worth a retry, not before `retry_after` seconds where the provider said so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Throttled(ProviderBusy):
    """The account sends too much: nothing was processed, and nothing is billed."""


class ModelStarting(ProviderBusy):
    """No instance of the model is up yet: nothing was processed, and nothing is billed."""


class ProviderRefused(ProviderError):
    """The provider said no (token, balance, unknown model, bad input); retrying is no use."""


class OutOfCredit(ProviderRefused):
    """The account's balance is used up: every further paid call of this provider would be refused too."""


class NotDelivered(ProviderError):
    """The provider is done, and what came is of no use: the same again would be too, another seed may be better."""


class Moderated(NotDelivered):
    """The provider's moderation refused the prompt or the picture."""


class PredictionEnded(ProviderError):
    """The prediction ended without a picture, or its output is gone: only a new one helps."""


class Interrupted(PredictionEnded):
    """The vendor broke the prediction off for a reason of its own (a worker died, no capacity): another may succeed."""


class PredictionStopped(PredictionEnded):
    """The prediction was canceled or aborted, which is not charged."""


class PictureGone(PredictionEnded):
    """The prediction stands, but its file cannot be had: within its hour that may pass, and a new one would be paid."""


class UnsafeDownload(ImagesError):
    """The address is not one that pictures may be fetched from."""


class SourceError(ImagesError):
    """A source of articles could not be read, or not to its end."""


class SourceBusy(SourceError):
    """A passing trouble of the source's server: worth a retry."""


class HeroMissing(ImagesError):
    """A card is to show the article's hero, and that cannot be read: only a card without it can be drawn."""


class BadPicture(ImagesError):
    """The bytes are not a picture, or one that is too large or of a kind we do not store."""


class NotWhole(BadPicture):
    """The bytes are no picture at all, or one that broke off: fetched once more, it may be whole."""


class TooLarge(ImagesError):
    """An object of the bucket has more bytes than are read of its kind."""


class StorageError(ImagesError):
    """The bucket could not be read or written."""


class StorageBusy(StorageError):
    """A passing trouble of the bucket, or of the way to it: worth a retry."""


class StorageRefused(StorageError):
    """The bucket refuses us for good: wrong key, no such bucket."""
