"""Replicate: create without waiting, keep the id, poll. Never `run()` and never `FileOutput.read()`.

`run()` may answer None and pays twice when its read times out; `FileOutput.read()` sends the API token to
whatever host the output names.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import httpx
from prefect.blocks.core import Block
from pydantic import Field, SecretStr
from pydantic.v1 import ValidationError as V1ValidationError
from replicate.client import Client
from replicate.prediction import Prediction

from blocks.configuration.settings import Settings
from blocks.network.backoff import Pause, slept
from blocks.vendors.answers.errors import MAX_WITH_PICTURE, NotThere, WholeAnswers, account_name, vendor_error
from blocks.vendors.answers.prediction_output import address_in, ending
from blocks.vendors.answers.replicate import with_what_is_needed
from blocks.vendors.answers.replicate_list import IS_ID, MAX_PAGES, Page, request
from blocks.vendors.free_checks import FreeCheck
from blocks.vendors.looks import Looks
from imaging.errors import ConfigurationError, PredictionEnded, ProviderBusy, ProviderError, UnsafeDownload
from imaging.sanitizing.quoting import quoted
from imaging.spec import ImageSpec

BLOCK_NAME = "replicate"
SAMPLE_OUTPUT = "https://replicate.delivery/xezq/out.png"  # such an address Replicate's pictures have
# What the package raises for an answer of another shape, and for JSON that is none or nested without end.
_NO_PREDICTION = (V1ValidationError, ValueError, TypeError, RecursionError)
# Threads that ask for the client at once would each get their own, and all but one be lost with open sockets.
_MAKING = threading.Lock()


class Replicate(Block):
    """Calls models on Replicate with the account's API token."""

    _block_type_name = "Replicate"
    _description = "The API token with which article-images calls models on Replicate."

    api_token: SecretStr = Field(title="API token")
    base_url: str | None = Field(None, title="Base URL", description="Only to call something else than Replicate")
    poll_interval: float = Field(0.5, gt=0, title="Poll interval", description="Least seconds between two looks")
    timeout: float = Field(600, gt=0, title="Timeout", description="Seconds that a prediction may take")
    request_timeout: float = Field(30, gt=0, title="Request timeout", description="Seconds that an answer may take")

    @property
    def account(self) -> str:
        """Which account it is."""
        return account_name(self.base_url, self.api_token.get_secret_value())

    def free_checks(self, _models: Sequence[str]) -> Iterator[FreeCheck]:
        """Yield a look at the account."""
        yield FreeCheck("Replicate token", f"{self._api}/v1/account", f"Bearer {self.api_token.get_secret_value()}")

    def create(self, spec: ImageSpec) -> str:
        """Create a prediction for `spec` and return its id at once. This is what costs money.

        Raises ProviderBusy, ProviderRefused or Moderated. After ProviderBusy it may have been created all the same:
        `find` it before another one is. UnsafeDownload for one whose id is none that can be asked for.
        """
        asked = request(spec)
        name, _, version = spec.model.partition(":")
        try:
            if version:
                prediction = self._client.predictions.create(version=version, input=asked, wait=False)
            else:
                owner, _, model = name.partition("/")
                prediction = self._client.models.predictions.create(model=(owner, model), input=asked, wait=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderBusy(f"Replicate cannot be reached: {type(error).__name__}") from None
        except _NO_PREDICTION:
            raise ProviderBusy("Replicate's answer to a create is not a prediction") from None
        if not IS_ID.fullmatch(prediction.id):  # it is created, and the next one might have such an id as well
            unusable = UnsafeDownload("Replicate has created a prediction with an id that cannot be part of an address")
            raise unusable.costing(spec.price_usd)
        return prediction.id

    def collect(self, prediction_id: str, pause_for: Pause = slept, model: str = "", *, is_new: bool = False) -> str:
        """Wait until the prediction has ended and return the address of its picture, which may be a `data:` URI.

        Raises Moderated when its picture was refused, NotDelivered when it succeeded without one, Interrupted when it
        failed for Replicate's own trouble, PredictionEnded when it failed otherwise or its output is gone (Replicate
        keeps it for one hour), PredictionStopped when it was canceled or aborted, ProviderRefused when we may not look,
        ProviderError when it takes longer than `timeout`, or the run is stopped. `is_new`: it was created just now, and
        may not be there to be looked at for a moment.
        """
        looks = Looks(model, self.poll_interval, self.timeout, is_new)
        while True:
            asked = 0.0
            try:
                status, output, error, removed = self._look(prediction_id)
            except ProviderError as trouble:
                status, output, error, removed = "unknown", None, str(trouble), False
                asked = looks.asked_by(trouble)
            if status == "succeeded":
                looks.ended()
                return address_in(output, prediction_id, error, removed=removed)
            if status in {"failed", "canceled", "aborted"}:
                raise ending(status, error)(f"prediction {prediction_id} {status}" + (f": {error}" if error else ""))
            if (pause := looks.pause(asked)) is None:
                detail = f": {error}" if error else ""
                raise ProviderError(f"prediction {prediction_id} is {status} after {self.timeout:g} s{detail}")
            if not pause_for(pause):
                raise ProviderError(f"prediction {prediction_id} is {status}, and nobody waits for it any more")

    def cancel(self, prediction_id: str) -> None:
        """Cancel a prediction that nobody waits for any more; one that has ended stays as it is.

        Raises ProviderBusy or ProviderRefused, and PredictionEnded when there is no such prediction.
        """
        self._ask(self._client.predictions.cancel, prediction_id)

    def find(self, spec: ImageSpec, since: datetime, newest: str | None = None) -> Iterator[str]:
        """Yield the ids of predictions for `spec`, newest first, that were created after a moment: `since`.

        `newest` is what `check_token` returned before that moment. What stands above it in the list is newer,
        whatever the clocks say; where it is None, times decide. Raises ProviderBusy when it cannot be known.
        """
        older = None
        for _ in range(MAX_PAGES):
            page = self._page(older)
            for one in page.listed:
                if one.id == newest or page.is_of_no_use(one):
                    return
                if one.is_for(spec) and (newest is not None or page.was_created_since(one, since)):
                    yield one.id
            older = page.older
            if older is None:
                return

    def check_token(self) -> str | None:
        """Ask for the recent predictions, which is free, and return the id of the newest: empty where there is none.

        Raises ConfigurationError for a refused token. Any other trouble is left to the calls that matter, which
        retry; then the newest is not known, and None.
        """
        try:
            response = self._recent(min(10, self.request_timeout))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return None
        if response.status_code in {401, 403}:
            raise ConfigurationError(str(vendor_error("Replicate", "REPLICATE_API_TOKEN", response)))
        try:
            listed = Page.read(response).listed
        except (httpx.InvalidURL, *_NO_PREDICTION):
            return None
        return listed[0].id if listed else ""

    def _page(self, older: bytes | None) -> Page:
        """Return a page of the account's predictions: the first, or the one of this query. Raises ProviderBusy."""
        try:
            response = self._recent(self.request_timeout, older)
            if response.is_error:
                raise vendor_error("Replicate", "REPLICATE_API_TOKEN", response)
            return Page.read(response)
        except httpx.HTTPError as error:
            raise ProviderBusy(f"Replicate cannot be reached: {type(error).__name__}") from None
        except (httpx.InvalidURL, *_NO_PREDICTION):
            raise ProviderBusy("Replicate's list of predictions cannot be read") from None

    def _recent(self, seconds: float, older: bytes | None = None) -> httpx.Response:
        """Ask for a page. Not through the package's client, whose retries would hold up the run for a minute."""
        url = httpx.URL(f"{self._api}/v1/predictions")
        headers = {"Authorization": f"Bearer {self.api_token.get_secret_value()}"}
        with httpx.Client(transport=WholeAnswers(seconds, MAX_WITH_PICTURE)) as client:
            return client.get(url.copy_with(query=older), headers=headers)

    def _look(self, prediction_id: str) -> tuple[str, Any, str, bool]:
        """Return (status, output, error, whether its data are removed) of a prediction as it stands now."""
        return self._ask(self._client.predictions.get, prediction_id)

    def _ask(self, call: Callable[[str], Prediction], prediction_id: str) -> tuple[str, Any, str, bool]:
        """Make a call of the package's client about a prediction; return what its answer says, as `_look` does."""
        try:
            prediction = call(prediction_id)
        except NotThere as gone:
            raise PredictionEnded(f"prediction {prediction_id} is gone: {gone}").answered(gone.status) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderBusy(f"Replicate cannot be reached: {type(error).__name__}") from None
        except V1ValidationError as error:
            # The client's model does not know the status "aborted". A prediction that is otherwise whole is one:
            # anything else must not pass for an end, after which a new prediction would be paid for.
            match error.errors():
                case [{"loc": ("status",), "ctx": {"given": str(status)}}]:
                    return status[:30], None, "", False
            raise ProviderBusy("Replicate's answer is not a prediction") from None
        except _NO_PREDICTION:
            raise ProviderBusy("Replicate's answer is not a prediction") from None
        said = quoted(prediction.error or "", self.api_token.get_secret_value())
        # The package knows no `data_removed`. The input, never empty in our orders, is removed with the output.
        removed = prediction.output is None and not prediction.input
        return prediction.status, prediction.output, said[:300], removed

    @property
    def _api(self) -> str:
        # Named even where it is Replicate's own: the package would look into the environment, and send our token
        # there.
        return (self.base_url or "https://api.replicate.com").rstrip("/")

    @property
    def _client(self) -> Client:
        with _MAKING:
            return _client(self.api_token.get_secret_value(), self._api, self.request_timeout)


def replicate_from(settings: Settings) -> Replicate | None:
    """Return the block that the environment describes, or None without a token."""
    if settings.replicate_api_token is None:
        return None
    return Replicate(
        api_token=settings.replicate_api_token,
        base_url=settings.replicate_base_url,
        poll_interval=settings.replicate_poll_interval,
        timeout=settings.images_prediction_timeout,
    )


class _Strict(WholeAnswers):
    """A transport below that in which the package's client retries: it adds what that client leaves out.

    Its create without waiting has no timeout at all; its own retries of a GET sleep through any Retry-After,
    an hour too; its errors drop that header; its model refuses what it does not expect. So every request gets a
    deadline, every error answer becomes one of ours before the package sees it, and of a prediction it sees what is
    needed.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if response.is_error:
            raise vendor_error("Replicate", "REPLICATE_API_TOKEN", response)
        if response.is_redirect:  # a proxy's for a moment, say
            raise ProviderBusy(str(vendor_error("Replicate", "REPLICATE_API_TOKEN", response)))
        return with_what_is_needed(response)


@lru_cache(maxsize=8)
def _client(token: str, base_url: str, seconds: float) -> Client:
    client = Client(api_token=token, base_url=base_url, transport=_Strict(seconds, MAX_WITH_PICTURE))
    client._client  # noqa: B018 - the package makes its connections on first use, and not only once
    return client
