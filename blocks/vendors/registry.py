"""The vendors that make pictures. A new vendor is a module with its block, a line here, its `Maker`, its settings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from prefect.blocks.core import Block

from blocks.configuration.settings import Settings
from blocks.network.backoff import Pause
from blocks.vendors import chutes, fal, replicate
from blocks.vendors.free_checks import FreeCheck
from imaging.makers import MAKERS, Provider
from imaging.spec import ImageSpec


class VendorBlock(Protocol):
    """An account at a vendor."""

    @property
    def account(self) -> str:
        """A name for the account that does not reveal its secret."""

    def free_checks(self, models: Sequence[str]) -> Iterator[FreeCheck]:
        """Yield the free calls that show whether the vendor takes our key, and has the models that are configured."""


@runtime_checkable
class KeepsOrders(VendorBlock, Protocol):
    """A vendor that answers an order with its id, so that its picture can be collected later."""

    def create(self, spec: ImageSpec) -> str:
        """Order a picture and return the id of the order."""

    def collect(self, prediction_id: str, pause_for: Pause = ..., model: str = "", *, is_new: bool = False) -> str:
        """Wait for an order at `model` and return the address of its picture. `is_new`: it was placed just now."""

    def cancel(self, prediction_id: str) -> None:
        """Cancel an order."""

    def find(self, spec: ImageSpec, since: datetime, newest: str | None = None) -> Iterator[str]:
        """Yield the ids of recent orders for `spec`.

        A vendor that lists none raises ProviderError as long as one may exist: another is not ordered meanwhile.
        """

    def check_token(self) -> str | None:
        """Check the token for free and return the id of the newest order."""


@runtime_checkable
class AnswersAtOnce(VendorBlock, Protocol):
    """A vendor that answers an order with the picture's bytes."""

    def generate(self, spec: ImageSpec) -> bytes:
        """Order a picture and return its bytes."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """How an account at a vendor is configured: by the saved block `block_name`, or by `variables`.

    `address_variable`: where it is called, if not at its own address. `sample_output`: an address such as its pictures
    have, None where it answers with the bytes. `calls_a_minute`: the rate limit that it documents for all accounts.
    """

    name: Provider
    block_type: type[Block]
    block_name: str
    variables: str
    address_variable: str
    from_settings: Callable[[Settings], Any]
    sample_output: str | None = None
    calls_a_minute: int | None = None

    @property
    def label(self) -> str:
        """The vendor's name as people write it."""
        return MAKERS[self.name].label

    @property
    def prefix(self) -> str:
        """The beginning of the names of its variables."""
        return self.variables.partition("_")[0] + "_"


def is_called_elsewhere(account: object) -> bool:
    """Return whether a vendor that keeps orders is called at another address than its own."""
    return bool(getattr(account, "base_url", None))


VENDORS: Mapping[Provider, Vendor] = {
    vendor.name: vendor
    for vendor in (
        Vendor(
            "replicate",
            replicate.Replicate,
            replicate.BLOCK_NAME,
            "REPLICATE_API_TOKEN",
            "REPLICATE_BASE_URL",
            replicate.replicate_from,
            replicate.SAMPLE_OUTPUT,
            calls_a_minute=600,  # https://replicate.com/docs/topics/predictions/rate-limits
        ),
        Vendor(
            "chutes", chutes.Chutes, chutes.BLOCK_NAME, "CHUTES_API_KEY", "CHUTES_BASE_URL", chutes.chutes_from
        ),  # its rate limit differs by account
        Vendor("fal", fal.Fal, fal.BLOCK_NAME, "FAL_KEY", "FAL_BASE_URL", fal.fal_from, fal.SAMPLE_OUTPUT),
    )
}
