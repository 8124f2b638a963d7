"""Checks of a picture's public URL against the requirements of the platforms where it is shared."""

from collections.abc import Iterator
from dataclasses import dataclass

from imaging.kinds import Kind
from imaging.pictures.anatomy import type_by_beginning
from imaging.platforms import LINK_PREVIEWS, NOTION, PLATFORMS, Rule
from imaging.record import Image


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer of a public URL without credentials; `trouble` if there was none.

    `length`: the Content-Length in bytes, if there was one. `begins`: the first bytes of the body.
    """

    status: int = 0
    content_type: str = ""
    length: int | None = None
    begins: bytes = b""
    trouble: str | None = None


def rules_for(image: Image) -> list[Rule]:
    """Return the rules for a picture: its platform's, link previews' for cards, and Notion's for every picture."""
    platform = PLATFORMS.get(image.platform)
    own = [platform.rule] if platform and platform.rule else []
    previews = LINK_PREVIEWS if image.kind is Kind.CARD else ()
    return list(dict.fromkeys([*own, *previews, NOTION]))


def complaints(image: Image, seen: Seen) -> Iterator[str]:
    """Yield the problems of a stored picture and its public URL, each with the rule that it breaks."""
    if seen.trouble or seen.status != 200:
        yield f"its public URL {seen.trouble or _answer(seen.status)}"
        return
    url = str(image.url)
    if not url.startswith("https://"):
        yield "its public URL is not https, which Notion and WhatsApp demand"
    if seen.content_type != image.content_type:
        yield f"its public URL says {seen.content_type or 'no type'} for {image.content_type}"
    if type_by_beginning(seen.begins) != image.content_type:
        yield "its public URL does not deliver the picture"
        return
    for rule in rules_for(image):
        yield from (f"{rule.place} demands {what}" for what in _broken(rule, image, seen.length or image.bytes or 0))


def _broken(rule: Rule, image: Image, size: int) -> Iterator[str]:
    width, height = image.width or 0, image.height or 0
    if image.content_type not in rule.types:
        yield f"{' or '.join(sorted(name.removeprefix('image/') for name in rule.types))}, it is {image.content_type}"
    if rule.max_bytes and size > rule.max_bytes:
        yield f"at most {rule.max_bytes:,} bytes, it has {size:,}"
    if width < rule.smallest[0] or height < rule.smallest[1]:
        yield f"at least {rule.smallest[0]}x{rule.smallest[1]} pixels, it has {width}x{height}"
    if width > rule.largest[0] or height > rule.largest[1]:
        yield f"at most {rule.largest[0]}x{rule.largest[1]} pixels, it has {width}x{height}"
    if not rule.ratio[0] <= width / max(1, height) <= rule.ratio[1]:
        yield f"a ratio from {rule.ratio[0]:g} to {rule.ratio[1]:g}, it has {width / max(1, height):.2f}"
    if len(str(image.url)) > rule.max_url:
        yield f"a URL of at most {rule.max_url:,} characters, it has {len(str(image.url)):,}"


def _answer(status: int) -> str:
    if 300 <= status < 400:
        return f"answers {status}: crawlers do not all follow a redirect"
    if status in {401, 403}:
        return f"answers {status} without a signature: make the bucket public, or put a CDN in front"
    return f"answers {status}"
