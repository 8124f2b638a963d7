"""The choice of platforms beyond the default ones, for all tenants or for one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from imaging.errors import ConfigurationError
from imaging.platforms import PLATFORMS
from imaging.validation import USER_ID, explain

ALL_TENANTS = "*"


def known_platforms(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names. Raises ValueError naming the platforms that may be added, if one is not in the table.

    A default platform may be named too.
    """
    if not set(names) <= {*PLATFORMS}:
        added = ", ".join(name for name, platform in PLATFORMS.items() if name and not platform.is_default)
        raise ValueError(f"must be platforms out of: {added}")
    return tuple(names)


_Tenant = Annotated[str, StringConstraints(pattern=rf"^\*$|{USER_ID}")]
_CHOICES = TypeAdapter(dict[_Tenant, Annotated[tuple[str, ...], AfterValidator(known_platforms)]])


def chosen_platforms(value: Any, source: str = "IMAGES_PLATFORMS") -> Mapping[str, tuple[str, ...]]:
    """Return the names by tenant in a JSON value. Raises ConfigurationError naming `source` and the tenant."""
    try:
        return _CHOICES.validate_python(value)
    except ValidationError as error:
        raise ConfigurationError(f"{source}: {explain(error)}") from None


def platforms_of(chosen: Mapping[str, tuple[str, ...]], user_id: str) -> tuple[str, ...]:
    """Return a tenant's platforms: its own list, else that of all tenants."""
    return chosen.get(user_id, chosen.get(ALL_TENANTS, ()))
