"""Results of a run: the stored image, its entry in the set, and the image set (manifest, event, return value)."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field

from imaging.formats import Format
from imaging.kinds import Kind
from imaging.makers import Provider
from imaging.pictures.head_elements import Shown, head_elements
from imaging.pictures.picture_element import picture_element
from imaging.platforms import PREVIEW_CARDS
from imaging.sanitizing.printable import printable
from imaging.spec import Section

Status = Literal["stored", "reused", "provider_url", "inline", "failed"]


NOT_STORED: tuple[Status, ...] = ("provider_url", "inline")
"""Statuses of a picture that was made and could not be written to the bucket."""


_PURPOSES = {
    Kind.HERO: "top of the article",
    Kind.SUPPORTING: "below a heading of the article",
    Kind.COMPARISON: "one of two alternatives to the hero, by another model",
    Kind.CARD: "preview of a link on",
    Kind.SOCIAL: "post on",
}


_IN_ARTICLE = {Kind.HERO, Kind.SUPPORTING}


class StoredImage(BaseModel):
    """A task's result: the description of a picture that was made, and is stored in the bucket or elsewhere.

    This is what the cache holds. It names the object by its key; URLs are built when they are shown, since the address
    in front of a bucket may change. `cost_usd`: what making it cost. `thumbnail` and `preview` are `data:` URLs, small
    and middle-sized; older records have no `preview`. `note`: how it was made, if users should know. `fallback_url` is
    set if the bucket could not be written; `trouble` then has the reason.
    """

    model_config = ConfigDict(frozen=True)

    digest: str
    key: str
    content_type: str
    width: int
    height: int
    bytes: int
    sha256: str
    md5: str
    cost_usd: float
    prediction_id: str | None = None
    note: str | None = None
    thumbnail: str | None = None
    preview: str | None = None
    thumbhash: str | None = None
    dominant_color: str | None = None
    fallback_url: str | None = None
    trouble: str | None = None


class Variant(BaseModel):
    """A web format of an image: its key is the original's stem plus `.w{width}.{format}`."""

    model_config = ConfigDict(frozen=True)

    format: Format
    width: int
    height: int
    bytes: int
    content_type: str
    key: str
    url: str
    md5: str | None = None


class Image(BaseModel):
    """One entry of the set. Width and height in pixels, `cost_usd` what this run spent on it.

    `contains`: see `ImageSpec`. `pinned_key` and `pinned_url` keep naming this picture after a refresh. `thumbhash`
    (Base64) and `dominant_color` (`#rrggbb`) are placeholders for a page until the picture is loaded. `section`: the
    heading of the article that it belongs under; None in manifests of earlier versions.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Kind
    platform: str | None
    status: Status
    durable: bool
    url: str | None
    key: str | None
    content_type: str | None
    width: int | None
    height: int | None
    bytes: int | None
    sha256: str | None
    alt_text: str
    provider: Provider
    model: str
    prompt: str | None
    cost_usd: Annotated[float, BeforeValidator(lambda cost: 0.0 if cost is None else cost)]  # null in public
    prediction_id: str | None
    fallback_from: str | None = None
    error: str | None = None
    note: str | None = None
    variants: list[Variant] = []
    contains: list[Provider] = []
    section: Section | None = None
    digest: str
    md5: str | None
    pinned_key: str | None = None
    pinned_url: str | None = None
    thumbhash: str | None = None
    dominant_color: str | None = Field(None, pattern=r"^#[0-9a-f]{6}$")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def purpose(self) -> str:
        """What the picture is for, in a few words."""
        return f"{_PURPOSES[self.kind]} {self.platform}" if self.platform else _PURPOSES[self.kind]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def picture_html(self) -> str | None:
        """A `<picture>` element to put into a page as it is; None if the image is not durable."""
        if not self.durable:
            return None
        return picture_element(
            self.url,
            self.alt_text,
            (self.width, self.height),
            [(one.format, one.width, one.url) for one in self.variants],
            color=self.dominant_color,
            is_hero=self.kind is Kind.HERO,
        )


UNSHARED = "others may pay again, records are on this machine alone"
"""The prefix of the problem that is resolved once every picture is in the bucket."""
BRAND_UNREAD = "the tenant's brand could not be read"
"""The prefix of the problem that is none once the bucket turns out to have no brand of the tenant."""


class ImageSet(BaseModel):
    """Every picture of one article: the manifest, the event's payload and the flow's return value.

    `problems`: those of the run beside its images, such as a manifest that could not be written. `language`: that of
    topic and alternative texts; empty in manifests of earlier versions. `site_name`: the brand's, or the host of the
    article's address; empty if neither is known.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1] = 1
    user_id: str
    slug: str
    topic: str
    article_id: str | None
    language: str = ""
    site_name: str = ""
    created_at: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    flow_run_id: str | None = None
    manifest_url: str | None = None
    gallery_url: str | None = None
    images: list[Image]
    problems: list[str] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> Literal["complete", "degraded"]:
        """`complete` if every planned image is durable, none is a fallback, and there are no problems."""
        return "degraded" if self.troubles else "complete"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cost_usd(self) -> float:
        """What this run spent, in USD."""
        return round(sum(image.cost_usd for image in self.images), 6)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def head_html(self) -> str | None:
        """Elements for the page's `<head>`: the picture of link previews, and JSON-LD; None without a durable picture.

        A card is made for previews, so it comes before the hero there.
        """
        shown = {
            one.name: Shown(one.url, one.alt_text, one.content_type, one.width, one.height)
            for one in self.images
            if one.durable and one.url
        }
        preview = next((shown[name] for name in (*PREVIEW_CARDS, "hero", *shown) if name in shown), None)
        if preview is None:
            return None
        in_article = [shown[one.name] for one in self.images if one.kind in _IN_ARTICLE and one.name in shown]
        return head_elements(self.topic, preview, shown.get("x", preview), in_article or [preview])

    @property
    def troubles(self) -> list[str]:
        """One line for each reason why the set is not complete, with the images that have it."""
        names: dict[str, list[str]] = {}
        for image in self.images:
            if not image.durable or image.fallback_from:
                instead = f" in place of {image.fallback_from}" if image.fallback_from else ""
                reason = image.status + instead + (f" ({image.error})" if image.error else "")
                names.setdefault(reason, []).append(image.name)
        images = [f"{', '.join(having)}: {reason}" for reason, having in names.items()]
        return [printable(trouble) for trouble in [*images, *self.problems]]
