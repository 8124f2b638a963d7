"""Types of settings: texts as people paste them, and addresses of vendors."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, HttpUrl, SecretStr, ValidationError


def _as_pasted(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("has characters that cannot be sent: paste it again")
    return text or None


def _address(text: str) -> str:
    try:
        HttpUrl(text.replace("{slug}", "slug"))
    except ValidationError:
        raise ValueError("must be an address with http:// or https:// in front") from None
    return text


_PASTED = BeforeValidator(_as_pasted)
PastedText = Annotated[str | None, _PASTED]
Secret = Annotated[SecretStr | None, _PASTED]
"""A key as people paste it: with blanks around it, or with characters that no header takes."""

VendorAddress = Annotated[str, AfterValidator(_address)]
"""Where a vendor is asked; `{slug}` in it stands for a model's own host name."""
