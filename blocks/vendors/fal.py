"""fal.ai: an order goes into the queue of its model, its id is kept, then polled.

An order is known by its model's owner and app and the id of the request. fal.ai lists no orders: where the answer to
one is lost, whether it was accepted cannot be looked up. So another is not placed for an hour.

https://docs.fal.ai/model-endpoints/queue
"""

import re
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import httpx
from httpx import codes
from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.configuration.settings import Settings
from blocks.network.backoff import Pause, slept
from blocks.vendors.answers.errors import (
    MAX_WITH_PICTURE,
    NO_ADDRESS,
    UNREACHED,
    NotThere,
    WholeAnswers,
    account_name,
    vendor_error,
)
from blocks.vendors.answers.fal import fields_in, is_end, is_too_soon
from blocks.vendors.answers.prediction_output import address_in
from blocks.vendors.free_checks import FreeCheck
from blocks.vendors.looks import Looks
from imaging.errors import (
    ConfigurationError,
    Interrupted,
    Moderated,
    NotAccepted,
    OutOfCredit,
    PredictionEnded,
    PredictionStopped,
    ProviderBusy,
    ProviderError,
)
from imaging.spec import ImageSpec

BLOCK_NAME = "fal"
SAMPLE_OUTPUT = "https://v3.fal.media/files/out.png"
_LABEL, _VARIABLE = "fal.ai", "FAL_KEY"
_UNCLEAR = timedelta(hours=1)  # that no other order is placed after one whose answer was lost
_REFUSED_UNREAD = {409, 425, 503}  # statuses with which nothing was accepted, as with 429; other 5xx leave it open
_NO_REQUEST = "fal-ai/flux/requests/00000000-0000-0000-0000-000000000000/status"
_ID = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)~([A-Za-z0-9][A-Za-z0-9._-]*)~([A-Za-z0-9-]{1,64})")
_MAKING = threading.Lock()  # of clients: threads that ask at once would each get their own


class Fal(Block):
    """Calls models on fal.ai with the account's API key."""

    _block_type_name = "fal.ai"
    _block_type_slug = "fal"
    _description = "The API key with which article-images calls models on fal.ai."

    api_key: SecretStr = Field(title="API key")
    base_url: str | None = Field(None, title="Base URL", description="Only to call something else than fal.ai")
    poll_interval: float = Field(0.5, gt=0, title="Poll interval", description="Least seconds between two looks")
    timeout: float = Field(600, gt=0, title="Timeout", description="Seconds that a picture may take")
    request_timeout: float = Field(30, gt=0, title="Request timeout", description="Seconds that an answer may take")

    @property
    def account(self) -> str:
        """Which account it is."""
        return account_name(self.base_url, self.api_key.get_secret_value())

    def free_checks(self, _models: Sequence[str]) -> Iterator[FreeCheck]:
        """Yield a look at a request that does not exist: the key is checked before that."""
        yield FreeCheck("fal.ai key", f"{self._api}/{_NO_REQUEST}", self._authorization, any_answer=True)

    def create(self, spec: ImageSpec) -> str:
        """Put an order into the queue and return its id at once. This is what costs money.

        Raises NotAccepted, ProviderRefused or Moderated; ProviderError where it may have been accepted all the same.
        """
        try:
            answer = self._call("POST", spec.model, {"prompt": spec.prompt, **spec.params}, keep_alive=False)
        except (*UNREACHED, *NO_ADDRESS) as error:
            raise NotAccepted(f"{_LABEL} cannot be reached: {type(error).__name__}") from None
        except (httpx.HTTPError, UnicodeError) as error:
            raise _lost(type(error).__name__, spec) from None
        if not answer.is_success:
            raise _order_error(answer, spec)
        try:
            request_id = fields_in(answer).get("request_id")
        except ProviderBusy:
            request_id = None
        owner, app, *_ = spec.model.split("/")
        order = f"{owner}~{app}~{request_id}"
        if request_id is None or not _ID.fullmatch(order):
            raise _lost("it has no request_id", spec)
        return order

    def collect(self, prediction_id: str, pause_for: Pause = slept, model: str = "", *, is_new: bool = False) -> str:
        """Wait until the order has ended and return the address of its picture, which may be a `data:` URI.

        Raises Moderated when its picture was refused, NotDelivered when there is none, Interrupted when it failed for
        trouble of fal.ai's own, PredictionStopped when it was turned down or canceled, PredictionEnded when it is gone,
        ProviderRefused when we may not look, ProviderError when it takes longer than `timeout`, or the run is stopped.
        `is_new`: it was placed just now, and may not be there to be looked at for a moment.
        """
        looks = Looks(model, self.poll_interval, self.timeout, is_new)
        while True:
            asked, status = 0.0, "unknown"
            try:
                status = str(fields_in(self._asked("GET", prediction_id, "/status")).get("status"))[:30]
                if status == "COMPLETED":
                    looks.ended()
                    return self._address(prediction_id)
            except ProviderError as trouble:
                asked, status = looks.asked_by(trouble), f"{status} ({trouble})"
            if (pause := looks.pause(asked)) is None:
                raise ProviderError(f"request {prediction_id} is {status} after {self.timeout:g} s")
            if not pause_for(pause):
                raise ProviderError(f"request {prediction_id} is {status}, and nobody waits for it any more")

    def cancel(self, prediction_id: str) -> None:
        """Cancel an order that nobody waits for any more; one that has ended stays as it is.

        Raises ProviderBusy or ProviderRefused, and PredictionEnded when there is no such order.
        """
        self._asked("PUT", prediction_id, "/cancel")

    def find(self, spec: ImageSpec, since: datetime, _newest: str | None = None) -> Iterator[str]:
        """Yield nothing: fal.ai lists no orders. Raises ProviderError while one of `since` may be under way."""
        if datetime.now(UTC) - since < _UNCLEAR:
            raise ProviderError(
                f"whether {_LABEL} has accepted the order of {since:%H:%M} UTC for {spec.name} cannot be looked up:"
                f" ordered again by a run after {since + _UNCLEAR:%H:%M} UTC"
            )
        return iter(())

    def check_token(self) -> str | None:
        """Check the key by a look at a request that does not exist, which is free. The newest order is never known.

        Raises ConfigurationError for a refused key. Any other trouble is left to the calls that matter.
        """
        try:
            answer = self._call("GET", _NO_REQUEST)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return None
        if answer.status_code in {401, 403}:
            error = vendor_error(_LABEL, _VARIABLE, answer)
            if not isinstance(error, OutOfCredit):
                raise ConfigurationError(str(error))
        return None

    def _address(self, prediction_id: str) -> str:
        """Return the address of the picture of an order that has ended."""
        output = fields_in(self._asked("GET", prediction_id))
        unsafe = output.get("has_nsfw_concepts")
        if isinstance(unsafe, list) and any(unsafe):  # a black picture comes with it
            raise Moderated(f"request {prediction_id}: NSFW content detected")
        return address_in(output, prediction_id, "", removed=False)

    def _asked(self, method: str, prediction_id: str, what: str = "") -> httpx.Response:
        """Ask about an order. Raises as `collect` does, and ProviderBusy where it cannot be known now."""
        known = _ID.fullmatch(prediction_id)
        if known is None:
            raise PredictionEnded(f"request {prediction_id} is none of {_LABEL}'s")
        owner, app, request_id = known.groups()
        try:
            answer = self._call(method, f"{owner}/{app}/requests/{request_id}{what}")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise ProviderBusy(f"{_LABEL} cannot be reached: {type(error).__name__}") from None
        if answer.is_success or (what == "/cancel" and "ALREADY_COMPLETED" in answer.text):
            return answer
        trouble = vendor_error(_LABEL, _VARIABLE, answer)
        if isinstance(trouble, NotThere):
            raise PredictionEnded(f"request {prediction_id} is gone: {trouble}").answered(trouble.status)
        if not what and is_too_soon(answer):
            raise ProviderBusy(str(trouble))
        if not what and not isinstance(trouble, Moderated) and is_end(answer):
            # What fails for trouble of theirs, or is turned down, is not charged (https://docs.fal.ai, pricing).
            kind = Interrupted if isinstance(trouble, ProviderBusy) else PredictionStopped
            raise kind(f"request {prediction_id} came to nothing: {trouble}")
        raise trouble

    def _call(self, method: str, path: str, body: object = None, *, keep_alive: bool = True) -> httpx.Response:
        with _MAKING:
            client = _client(self.request_timeout, keep_alive)
        return client.request(method, f"{self._api}/{path}", json=body, headers={"Authorization": self._authorization})

    @property
    def _authorization(self) -> str:
        return f"Key {self.api_key.get_secret_value()}"

    @property
    def _api(self) -> str:
        return (self.base_url or "https://queue.fal.run").rstrip("/")


def fal_from(settings: Settings) -> Fal | None:
    """Return the block that the environment describes, or None without a key."""
    if settings.fal_key is None:
        return None
    return Fal(api_key=settings.fal_key, base_url=settings.fal_base_url, timeout=settings.images_prediction_timeout)


def _order_error(answer: httpx.Response, spec: ImageSpec) -> ProviderError:
    """Return the error that an answer of an error status to an order is."""
    error = vendor_error(_LABEL, _VARIABLE, answer)
    if answer.status_code == codes.SEE_OTHER:  # the order was taken, and is described elsewhere (RFC 9110, 15.4.4)
        return _lost(str(error), spec)
    if answer.is_redirect:  # a proxy's for a moment, say
        return NotAccepted(str(error))
    if not isinstance(error, ProviderBusy) or isinstance(error, NotAccepted):
        return error
    if answer.status_code in _REFUSED_UNREAD:
        return NotAccepted(str(error), error.retry_after)
    return _lost(str(error), spec)


def _lost(why: str, spec: ImageSpec) -> ProviderError:
    """Return the error that an unclear answer to an order is, with what it may have cost."""
    later = "it cannot be looked up, so a run after an hour orders again"
    return ProviderError(f"the answer of {_LABEL} to the order was lost ({why}); {later}").costing(spec.price_usd)


@lru_cache(maxsize=8)
def _client(seconds: float, keep_alive: bool) -> httpx.Client:
    # Orders go out on a connection of their own: one that the host closes just then would count as lost. No redirects:
    # the key goes to the configured host alone.
    transport = WholeAnswers(seconds, MAX_WITH_PICTURE, keep_alive=keep_alive)
    return httpx.Client(transport=transport, follow_redirects=False)
