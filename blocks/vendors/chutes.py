"""Chutes: one POST, answered with the picture's bytes, by some models in JSON. Every answered order is paid for."""

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache

import httpx
from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.configuration.settings import Settings
from blocks.network.download import is_web_page
from blocks.vendors.answers.embedded_picture import embedded_picture
from blocks.vendors.answers.errors import (
    NO_ADDRESS,
    UNREACHED,
    TooLarge,
    WholeAnswers,
    account_name,
    vendor_error,
    words_in,
)
from blocks.vendors.free_checks import FreeCheck
from imaging.errors import BadPicture, Moderated, ProviderBusy, ProviderError
from imaging.pictures.picture import MAX_BYTES
from imaging.spec import ImageSpec

BLOCK_NAME = "chutes"
# Threads that ask for the client at once would each get their own, and all but one be lost with open sockets.
_MAKING = threading.Lock()


class Chutes(Block):
    """Calls image models on Chutes with the account's API key."""

    _block_type_name = "Chutes"
    _description = "The API key with which article-images calls models on Chutes."

    api_key: SecretStr = Field(title="API key")
    base_url: str = Field(
        "https://{slug}.chutes.ai", title="Base URL", description="{slug} is replaced by the model's slug"
    )
    timeout: float = Field(300, gt=0, title="Timeout", description="Seconds that one picture may take")

    @property
    def account(self) -> str:
        """Which account it is."""
        return account_name(self.base_url, self.api_key.get_secret_value())

    def free_checks(self, models: Sequence[str]) -> Iterator[FreeCheck]:
        """Yield a GET to each model's host: only a POST makes a picture.

        Before Chutes rejects the method, it checks the key, the model and the balance (`hostname_invocation` and
        `_invoke` in its API's source).
        """
        for slug in models:
            yield FreeCheck(
                f"Chutes {slug}",
                self._url(slug),
                f"Bearer {self.api_key.get_secret_value()}",
                accepted="the key is accepted, the model exists",
                no_such_model="chute found",
                any_answer=True,
            )

    def generate(self, spec: ImageSpec) -> bytes:
        """Return the bytes of a picture for `spec`. This is what costs money.

        Raises ProviderBusy, ProviderRefused or Moderated, ProviderError when the answer was lost on the way or is a
        web page, BadPicture for an answer that is too large to be one. What was paid all the same, the error says.
        """
        body = {"prompt": spec.prompt, **spec.params}
        headers = {"Authorization": f"Bearer {self.api_key.get_secret_value()}"}
        with _MAKING:
            client = _client(self.timeout)
        try:
            response = client.post(self._url(spec.model), json=body, headers=headers)
        except TooLarge as error:
            raise BadPicture(f"Chutes answered with {error}").costing(spec.price_usd) from None
        except UNREACHED as error:
            raise ProviderBusy(f"Chutes cannot be reached: {type(error).__name__}") from None
        except NO_ADDRESS:  # nothing went out
            raise ProviderError("the address of Chutes is none: check CHUTES_BASE_URL") from None
        except (httpx.HTTPError, UnicodeError) as error:
            # The request went out and may have been paid for; Chutes lists nothing to find it by. No retry.
            raise ProviderError(
                f"the answer of Chutes was lost ({type(error).__name__}); run again to order again"
            ).costing(spec.price_usd) from None
        if response.is_success and (picture := embedded_picture(response.content)):
            return picture
        # A picture may come with 201, and an error with 200: then the vendor's words for it are there.
        if not response.is_success or words_in(response):
            refused = vendor_error("Chutes", "CHUTES_API_KEY", response)
            # A filter that speaks with 200 has looked at a picture, and that was made.
            is_paid = response.is_success and isinstance(refused, Moderated)
            raise refused.costing(spec.price_usd if is_paid else 0.0)
        if is_web_page(response.content):
            raise ProviderError("Chutes answered with a web page (a proxy's, say), and not with a picture")
        return response.content

    def _url(self, slug: str) -> str:
        return self.base_url.replace("{slug}", slug).rstrip("/") + "/generate"


def chutes_from(settings: Settings) -> Chutes | None:
    """Return the block that the environment describes, or None without a key."""
    if settings.chutes_api_key is None:
        return None
    return Chutes(api_key=settings.chutes_api_key, base_url=settings.chutes_base_url)


@lru_cache(maxsize=4)
def _client(timeout: float) -> httpx.Client:
    # No connection is used twice: the host may close a waiting one just when the next request goes out on it, and
    # that one then counts as paid for and lost. No redirects: the key goes to the configured host alone.
    transport = WholeAnswers(timeout, MAX_BYTES, connect=10, keep_alive=False)
    return httpx.Client(transport=transport, follow_redirects=False)
