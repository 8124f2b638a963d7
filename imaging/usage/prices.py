"""Prices of storage: the one table, which users may override in part (`IMAGES_STORAGE_PRICES`)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imaging.errors import ConfigurationError
from imaging.validation import explain

_GB = 1e9  # bytes, as B2 bills them


class StoragePrices(BaseModel):
    """What storing and delivering costs. By default list prices of Backblaze B2 (backblaze.com/cloud-storage/pricing).

    `storage_usd`: of a gigabyte for a month. `egress_usd`: of a gigabyte delivered. `free_egress`: how often a month
    all that is stored may be delivered for nothing. `deliveries`: how often a month each public byte is delivered; a
    bucket does not say, so this is an estimate, to be set by whoever knows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    storage_usd: float = Field(0.006, ge=0, allow_inf_nan=False)
    egress_usd: float = Field(0.01, ge=0, allow_inf_nan=False)
    free_egress: float = Field(3.0, ge=0, allow_inf_nan=False)
    deliveries: float = Field(1.0, ge=0, allow_inf_nan=False)

    def storage(self, stored: int) -> float:
        """Return the USD for a month of so many bytes, old versions included."""
        return round(stored / _GB * self.storage_usd, 6)

    def egress(self, public: int, stored: int) -> float:
        """Return the USD for a month's deliveries of the public bytes, beyond what is free for all that is stored."""
        billed = max(0.0, self.deliveries * public - self.free_egress * stored)
        return round(billed / _GB * self.egress_usd, 6)


def storage_prices(value: Any, source: str = "IMAGES_STORAGE_PRICES") -> StoragePrices:
    """Return the table with a JSON value laid over it. Raises ConfigurationError naming `source` and the field."""
    try:
        return StoragePrices.model_validate(value)
    except ValidationError as error:
        raise ConfigurationError(f"{source}: {explain(error, of=StoragePrices)}") from None
