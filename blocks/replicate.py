"""Replicate: create without waiting, keep the id, poll. Never `run()` and never `FileOutput.read()`.

`run()` may answer None and pays twice when its read times out; `FileOutput.read()` sends the API token to
whatever host the output names.
"""

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import httpx
from prefect.blocks.core import Block
from pydantic import Field, JsonValue, SecretStr
from pydantic.v1 import ValidationError as V1ValidationError
from replicate.client import Client

from blocks.settings import Settings
from blocks.vendor import NotThere, WholeAnswers, vendor_error
from imaging.errors import ConfigurationError, PredictionEnded, ProviderBusy, ProviderError
from imaging.quoting import quoted
from imaging.spec import ImageSpec

BLOCK_NAME = "replicate"
# What the package raises for an answer of another shape, and for JSON that is none or nested without end.
_NO_PREDICTION = (V1ValidationError, ValueError, TypeError, RecursionError)
# Threads that ask for the client at once would each get their own, and all but one be lost with open sockets.
_MAKING = threading.Lock()
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")  # it becomes part of addresses and messages
_CLOCKS_DIFFER = timedelta(minutes=2)
_MAX_ANSWER = 16 * 1024 * 1024  # bytes; a page of a hundred predictions with their logs is far below


class Replicate(Block):
    """Calls models on Replicate with the account's API token."""

    _block_type_name = "Replicate"
    _description = "The API token with which article-images calls models on Replicate."

    api_token: SecretStr = Field(title="API token")
    base_url: str | None = Field(None, title="Base URL", description="Only to call something else than Replicate")
    poll_interval: float = Field(0.5, gt=0, title="Poll interval", description="Seconds between two looks")
    timeout: float = Field(600, gt=0, title="Timeout", description="Seconds that a prediction may take")
    request_timeout: float = Field(30, gt=0, title="Request timeout", description="Seconds that an answer may take")

    def create(self, spec: ImageSpec) -> str:
        """Create a prediction for `spec` and return its id at once. This is what costs money.

        Raises ProviderBusy or ProviderRefused. After ProviderBusy it may have been created all the same: `find` it
        before another one is.
        """
        request = _request(spec)
        name, _, version = spec.model.partition(":")
        try:
            if version:
                prediction = self._client.predictions.create(version=version, input=request, wait=False)
            else:
                owner, _, model = name.partition("/")
                prediction = self._client.models.predictions.create(model=(owner, model), input=request, wait=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderBusy(f"Replicate cannot be reached: {type(error).__name__}") from None
        except _NO_PREDICTION:
            raise ProviderBusy("Replicate's answer to a create is not a prediction") from None
        if not _ID.fullmatch(prediction.id):
            raise ProviderBusy("Replicate's answer to a create is not a prediction")
        return prediction.id

    def collect(self, prediction_id: str) -> str:
        """Wait until the prediction has ended and return the address of its picture.

        Raises PredictionEnded when it failed, was canceled or aborted, or its output is gone (Replicate keeps
        it for one hour), ProviderRefused when we may not look, ProviderError when it takes longer than `timeout`.
        """
        deadline = time.monotonic() + self.timeout
        while True:
            pause = self.poll_interval
            try:
                status, output, error = self._look(prediction_id)
            except ProviderBusy as busy:
                # The prediction goes on while the API hiccups; only the deadline ends our patience.
                status, output, error = "unknown", None, str(busy)
                pause = max(2 * self.poll_interval, busy.retry_after or 0)
            if status == "succeeded":
                return _address(output, prediction_id)
            if status in {"failed", "canceled", "aborted"}:
                raise PredictionEnded(f"prediction {prediction_id} {status}" + (f": {error}" if error else ""))
            if time.monotonic() + pause > deadline:
                detail = f": {error}" if error else ""
                raise ProviderError(f"prediction {prediction_id} is {status} after {self.timeout:g} s{detail}")
            time.sleep(pause)

    def cancel(self, prediction_id: str) -> None:
        """Stop a prediction; one that has ended already stays as it is. Raises ProviderError where it cannot."""
        try:
            self._client.predictions.cancel(prediction_id)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderBusy(f"Replicate cannot be reached: {type(error).__name__}") from None
        except _NO_PREDICTION:
            pass  # answered all the same; the package cannot read every status

    def find(self, spec: ImageSpec, since: datetime, other_than: str | None = None) -> str | None:
        """Return the id of a recent prediction that was created for `spec`, or None.

        Same model, same input, created since `since`, still of use. Raises ProviderBusy when it cannot be known.
        """
        try:
            response = self._recent(self.request_timeout)
            if response.is_error:
                raise vendor_error("Replicate", "REPLICATE_API_TOKEN", response)
            results = response.json()["results"]
            mine = [one["id"] for one in results if _is_for(one, spec, since) and one["id"] != other_than]
            mine = [found for found in mine if _ID.fullmatch(found)]
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderBusy(f"Replicate cannot be reached: {type(error).__name__}") from None
        except (*_NO_PREDICTION, KeyError, AttributeError):
            raise ProviderBusy("Replicate's list of predictions cannot be read") from None
        return mine[0] if mine else None

    def check_token(self) -> None:
        """Ask for the recent predictions, which is free. Raises ConfigurationError for a refused token.

        Any other trouble is left to the calls that matter, which retry.
        """
        try:
            response = self._recent(min(10, self.request_timeout))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return
        if response.status_code in {401, 403}:
            raise ConfigurationError(str(vendor_error("Replicate", "REPLICATE_API_TOKEN", response)))

    def _recent(self, seconds: float) -> httpx.Response:
        """The first page of the account's predictions, newest first.

        Not through the package's client, whose own retries would hold up the run for a minute, and whose model
        fails on a whole page for one aborted prediction.
        """
        url = f"{(self.base_url or 'https://api.replicate.com').rstrip('/')}/v1/predictions"
        headers = {"Authorization": f"Bearer {self.api_token.get_secret_value()}"}
        with httpx.Client(transport=WholeAnswers(seconds, _MAX_ANSWER)) as client:
            return client.get(url, headers=headers)

    def _look(self, prediction_id: str) -> tuple[str, Any, str]:
        """Return (status, output, error) of a prediction as it stands now."""
        try:
            prediction = self._client.predictions.get(prediction_id)
        except NotThere as gone:
            raise PredictionEnded(f"prediction {prediction_id} is gone: {gone}") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderBusy(f"Replicate cannot be reached: {type(error).__name__}") from None
        except V1ValidationError as error:
            # The client's model does not know the status "aborted". A prediction that is otherwise whole is one:
            # anything else must not pass for an end, after which a new prediction would be paid for.
            match error.errors():
                case [{"loc": ("status",), "ctx": {"given": str(status)}}]:
                    return status[:30], None, ""
            raise ProviderBusy("Replicate's answer is not a prediction") from None
        except _NO_PREDICTION:
            raise ProviderBusy("Replicate's answer is not a prediction") from None
        said = quoted(prediction.error or "", self.api_token.get_secret_value())
        return prediction.status, prediction.output, said[:300]

    @property
    def _client(self) -> Client:
        with _MAKING:
            return _client(self.api_token.get_secret_value(), self.base_url, self.request_timeout)


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
    """What the package's client leaves out, below the transport in which it retries.

    Its create without waiting has no timeout at all; its own retries of a GET sleep through any Retry-After,
    an hour too; its errors drop that header. So every request gets a deadline, and every error answer becomes
    one of ours before the package sees it.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if response.is_error:
            raise vendor_error("Replicate", "REPLICATE_API_TOKEN", response)
        return response


@lru_cache(maxsize=8)
def _client(token: str, base_url: str | None, seconds: float) -> Client:
    client = Client(api_token=token, base_url=base_url, transport=_Strict(seconds, _MAX_ANSWER))
    client._client  # noqa: B018 - the package makes its connections on first use, and not only once
    return client


def _request(spec: ImageSpec) -> dict[str, JsonValue]:
    return {"prompt": spec.prompt, **spec.params}


def _is_for(prediction: Any, spec: ImageSpec, since: datetime) -> bool:
    """Tell whether a listed prediction was created for `spec` and can still become, or is, a picture."""
    name, _, version = spec.model.partition(":")
    same_model = prediction.get("version") == version if version else prediction.get("model") == name
    given = prediction.get("input") or {}
    same_input = all(given.get(field) == value for field, value in _request(spec).items())
    alive = prediction.get("status") in {"starting", "processing", "succeeded"}
    # The vendor's clock and ours may differ.
    return alive and same_model and same_input and _moment(prediction["created_at"]) >= since - _CLOCKS_DIFFER


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _address(output: Any, prediction_id: str) -> str:
    """The one address in an output: Flux Dev answers with a list, Ultra with a string."""
    first = output[0] if isinstance(output, list) and output else output
    if not isinstance(first, str) or not first:
        raise PredictionEnded(f"prediction {prediction_id} succeeded but its output holds no picture")
    return first
