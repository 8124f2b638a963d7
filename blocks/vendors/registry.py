"""The vendors that make pictures. A new vendor is a module with its block, a line here, and its `Maker`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from prefect.blocks.core import Block

from blocks.configuration.settings import Settings
from blocks.network.backoff import Pause
from blocks.vendors import chutes, replicate
from imaging.makers import Provider
from imaging.spec import ImageSpec


class VendorBlock(Protocol):
    """An account at a vendor."""

    @property
    def account(self) -> str:
        """A name for the account that does not reveal its secret."""


@runtime_checkable
class KeepsOrders(VendorBlock, Protocol):
    """A vendor that answers an order with its id, so that its picture can be collected later."""

    def create(self, spec: ImageSpec) -> str:
        """Order a picture and return the id of the order."""

    def collect(self, prediction_id: str, pause_for: Pause = ...) -> str:
        """Wait for an order and return the address of its picture."""

    def cancel(self, prediction_id: str) -> None:
        """Cancel an order."""

    def find(self, spec: ImageSpec, since: datetime, newest: str | None = None) -> Iterator[str]:
        """Yield the ids of recent orders for `spec`."""

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

    `sample_output`: an address such as its pictures have, None where it answers with the bytes.
    """

    name: Provider
    label: str
    block_type: type[Block]
    block_name: str
    variables: str
    from_settings: Callable[[Settings], Any]
    sample_output: str | None = None


VENDORS: Mapping[Provider, Vendor] = {
    vendor.name: vendor
    for vendor in (
        Vendor(
            "replicate",
            "Replicate",
            replicate.Replicate,
            replicate.BLOCK_NAME,
            "REPLICATE_API_TOKEN",
            replicate.replicate_from,
            replicate.SAMPLE_OUTPUT,
        ),
        Vendor("chutes", "Chutes", chutes.Chutes, chutes.BLOCK_NAME, "CHUTES_API_KEY", chutes.chutes_from),
    )
}
