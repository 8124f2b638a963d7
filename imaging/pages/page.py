"""The gallery page: every picture in a mock-up of the place where it will appear, as one self-contained HTML file."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

from markupsafe import Markup

from imaging.entry import located
from imaging.formats import FORMATS
from imaging.kinds import Kind
from imaging.names import keys
from imaging.pages.gallery import STATUS_TEXT, amount, painted, templates
from imaging.pictures.picture_element import srcset
from imaging.platforms import PLATFORMS, X_FRAME, Frame
from imaging.record import Image, ImageSet
from imaging.text.counting import number_of

_COLUMN, _SEARCH = Frame("column", "in the article's text"), Frame("search", "Search result")
# Other kinds use their platform's frame.
_FRAMES = {
    Kind.HERO: Frame("article", "in the article"),
    Kind.SUPPORTING: _COLUMN,
    Kind.COMPARISON: Frame("comparison", "one of two models"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture in a frame. `again`: a repetition of a picture of this page, as it appears in another place.

    `below`: such a repetition, shown below the picture's caption.
    """

    frame: Frame
    image: Image
    source: str | None
    again: bool = False
    below: "Scene | None" = None

    @property
    def sharper(self) -> list[tuple[str, str]]:
        """Content types and `srcset`s of the picture's web formats: for screens that show more than `source` has."""
        found = [(one.format, one.width, one.url) for one in self.image.variants] if self.image.durable else []
        return [(f"image/{one}", candidates) for one in FORMATS if (candidates := srcset(one, found))]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of scenes. `name` is the section's class in the style sheet."""

    name: str
    title: str
    scenes: list[Scene]


def html_page(
    image_set: ImageSet,
    previews: Mapping[str, str],
    excerpt: str = "",
    *,
    costs: bool = True,
    folder: str | None = None,
) -> str:
    """Return the page. It loads nothing from elsewhere but pictures without a preview, and sharper ones where needed.

    `previews` maps image names to `data:` URLs; a durable picture without one is shown by its own URL. `excerpt`: the
    article's, for the text of posts. `costs`: whether to show what the run spent. `folder`: the address, with its
    slash, of the folder on this machine that has the objects under their keys, where nobody serves them.
    """
    markup = {
        image.name: (_named_as_copied(image, image_set) if folder else image).picture_html for image in image_set.images
    }
    image_set = _on_disk(image_set, folder) if folder else image_set
    page_url, durable = image_set.gallery_url, [image for image in image_set.images if image.durable]
    return templates.get_template("page.html.j2").render(
        set=image_set,
        words=excerpt,
        costs=costs,
        sections=[section for section in _sections(image_set, previews) if section.scenes],
        painted=painted(image_set),
        # Pictures are downloaded by the page in the bucket: browsers refuse it for those of another origin.
        page_url=page_url if page_url and durable and page_url.startswith(("https:", "http:")) else None,
        total=f"{number_of(len(durable), 'picture')}, {amount(sum(image.bytes or 0 for image in durable))}",
        status_text=STATUS_TEXT,
        style=STYLE,
        script=_SCRIPT,
        policy=_LOCAL_POLICY if folder else _POLICY,
        markup=markup,
        on_disk=bool(folder),
    )


def _on_disk(image_set: ImageSet, folder: str) -> ImageSet:
    """Return the set with the addresses of files, without the page in the bucket, which nobody serves."""
    images = [located(image, lambda key: folder + key) if image.durable else image for image in image_set.images]
    manifest = image_set.manifest_url and folder + keys.manifest_key(image_set.user_id, image_set.slug)
    return image_set.model_copy(update={"images": images, "manifest_url": manifest, "gallery_url": None})


def _named_as_copied(image: Image, image_set: ImageSet) -> Image:
    """Return the entry with the names that its files have in the article's folder, and in one of copies of them.

    The address of a file of this machine is of no use in a page that is published.
    """
    place = keys.prefix(image_set.user_id, image_set.slug)
    return located(image, lambda key: key.removeprefix(place)) if image.durable else image


def _sections(image_set: ImageSet, previews: Mapping[str, str]) -> Iterator[Section]:
    scenes = [Scene(_frame(image), image, _source(image, previews)) for image in image_set.images]
    of = {kind: [scene for scene in scenes if scene.image.kind == kind] for kind in Kind}
    hero, cards = of[Kind.HERO], of[Kind.CARD]
    found = _again(_SEARCH, hero)
    hero = [replace(scene, below=found[0] if found else None) for scene in hero]
    yield Section("reading", "Article and search", [*hero, *of[Kind.SUPPORTING]])
    yield Section("comparison", "Comparison", of[Kind.COMPARISON])
    yield Section("social", "Social networks", [*cards, *_on_x(cards), *of[Kind.SOCIAL]])


def _on_x(cards: list[Scene]) -> list[Scene]:
    """Return a card in the frame of X, which shows any link's; none if it has one of its own."""
    return [] if any(card.frame == X_FRAME for card in cards) else _again(X_FRAME, cards)


def _frame(image: Image) -> Frame:
    platform = PLATFORMS.get(image.platform)
    return platform.frame if platform else _FRAMES.get(image.kind, _COLUMN)


def _source(image: Image, previews: Mapping[str, str]) -> str | None:
    """Return the URL to show: never a vendor's, which expires within the hour and may contain a signature."""
    return previews.get(image.name) or (image.url if image.durable else None)


def _again(frame: Frame, scenes: list[Scene]) -> list[Scene]:
    """Return the first of these pictures in another frame, if there is one."""
    return [Scene(frame, scene.image, scene.source, again=True) for scene in scenes[:1] if scene.source]


def raw(name: str) -> Markup:
    """Return one of the package's style sheets or scripts, unescaped."""
    return Markup(_FILES.joinpath(name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def policy(style: str, script: str = "", pictures: str = "data: https: http:") -> str:
    """Return the content security policy of a page with this style sheet and script, and pictures from there.

    Titles and errors are untrusted and the page is on the pictures' domain: so only our own script and style may run.
    The script may fetch from that domain alone: the pictures to download.
    """
    runs = f" script-src {_hash(script)}; connect-src 'self';" if script else ""
    return (
        f"default-src 'none'; img-src {pictures}; style-src {_hash(style)};{runs} base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_FILES = files("imaging.pages") / "templates"
STYLE, _SCRIPT = raw("page.css"), raw("page.js") + raw("sharpen.js") + raw("download.js")
LOCAL_PICTURES = "data: https: http: file:"
"""Where a page on this machine may have its pictures from."""
_POLICY, _LOCAL_POLICY = policy(STYLE, _SCRIPT), policy(STYLE, _SCRIPT, LOCAL_PICTURES)
