"""Base URLs of stored pictures, for all tenants or for one."""

from typing import Annotated, Any

from pydantic import AfterValidator, HttpUrl, StringConstraints, TypeAdapter, ValidationError

from imaging.errors import ConfigurationError
from imaging.validation import USER_ID, explain


def _plain(url: HttpUrl) -> HttpUrl:
    if url.username or url.password or url.query or url.fragment or len(str(url)) > 200:
        raise ValueError("must be a plain URL of at most 200 characters, without credentials, query or fragment")
    return url


PublicBase = Annotated[HttpUrl, AfterValidator(_plain)]
_BASES = TypeAdapter(dict[Annotated[str, StringConstraints(pattern=USER_ID)], PublicBase])


def plain_base(url: HttpUrl) -> str:
    """Return the address without a trailing slash."""
    return str(url).rstrip("/")


def tenant_bases(value: Any, name: str = "IMAGES_PUBLIC_BASE_URLS") -> dict[str, str]:
    """Return the base URLs of tenants that have their own. Raises ConfigurationError with `name`, their source."""
    try:
        return {tenant: plain_base(url) for tenant, url in _BASES.validate_python(value).items()}
    except ValidationError as error:
        raise ConfigurationError(f"{name}: {explain(error)}") from None
