"""What an image address is, and which are picked: pictures in `data:` URLs, and addresses at allowed hosts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

ADDRESS = re.compile(r"(?:https?:)?//[^\s<>\"'\\^`{|}]{1,8000}", re.IGNORECASE)
"""An address anywhere in a text."""
DATA = re.compile(r"data:image/(?:png|jpe?g|webp)[;,][^\s<>\"'()\\]*", re.IGNORECASE)
"""A picture in a `data:` URL, of the formats that are stored."""
_WHOLE = re.compile(r"(?:https?:)?//\S[^\n<>\"]*", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:png|jpe?g|jfif|webp|avif|gif)(?:[?#]|$)", re.IGNORECASE)
_BEHIND = ".,;:!?*_"  # of a sentence, behind an address


@dataclass(frozen=True, slots=True)
class Found:
    """An image address as it was found.

    `alt` and `prompt`: what stands beside it. `shown`: it stands where a picture does, and not just in a text or link.
    """

    address: str
    alt: str = ""
    prompt: str = ""
    shown: bool = False

    def joined(self, other: "Found") -> "Found":
        """Return the same address found in two places, with what is known from either."""
        return replace(
            self, alt=self.alt or other.alt, prompt=self.prompt or other.prompt, shown=self.shown or other.shown
        )


@dataclass(frozen=True, slots=True)
class Picks:
    """The addresses that are migrated.

    `allows`: whether pictures may be fetched from an address. `by_vendor`: whether that is a vendor's, where nothing
    but pictures is. `ours`: whether it leads into our own bucket.
    """

    allows: Callable[[str], bool]
    by_vendor: Callable[[str], bool]
    ours: Callable[[str], bool] = lambda _url: False

    def takes(self, found: Found) -> bool:
        """Return whether an address is migrated: a link that may lead to a page is none, unless it names a picture."""
        if is_data(found.address):
            return DATA.match(found.address) is not None
        url = full(found.address)
        return (
            self.allows(url)
            and not self.ours(url)
            and (found.shown or self.by_vendor(url) or _PICTURE.search(url) is not None)
        )

    def passes_over(self, found: Found) -> str | None:
        """Return the host of a picture that is not migrated, or the kind of its data; None for what is no picture."""
        if not found.shown or not is_address(found.address) or self.takes(found) or self.ours(full(found.address)):
            return None
        if is_data(found.address):
            return found.address[:40].partition(";")[0].partition(",")[0]
        return full(found.address).partition("//")[2].partition("/")[0].rpartition("@")[2][:100]


def is_data(address: str) -> bool:
    """Return whether an address is a `data:` URL."""
    return address[:5].lower() == "data:"


def is_address(text: str) -> bool:
    """Return whether a whole text is an address."""
    return _WHOLE.fullmatch(text) is not None or text[:11].lower() == "data:image/"


def full(address: str) -> str:
    """Return an address with its scheme: `//host/path` is asked for over https."""
    return f"https:{address}" if address.startswith("//") else address


def without_end(address: str) -> str:
    """Return an address that was found in a text, without the punctuation and brackets behind it."""
    while address:
        last = address[-1]
        unopened = (last == ")" and address.count("(") < address.count(")")) or (last == "]" and "[" not in address)
        if last not in _BEHIND and not unopened:
            break
        address = address[:-1]
    return address
