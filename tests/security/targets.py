"""What is fuzzed: each target takes any bytes and ends well, or with one of our own errors.

Hypothesis (`test_fuzz.py`) and atheris (`fuzz_atheris.py`) feed the same targets, so that what one of them finds
stays with the other as a case.
"""

import contextlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from prefect.utilities.schema_tools.hydration import HydrationContext, hydrate

from blocks.network.download import Downloader, HostRules
from blocks.records.inventory import Inventory
from blocks.records.records import Records
from blocks.sources.feed_items import parse_feed
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from blocks.vendors import chutes as chutes_module
from blocks.vendors import replicate as replicate_module
from blocks.vendors.chutes import Chutes
from blocks.vendors.replicate import Replicate
from imaging import keys
from imaging.articles.article import Article
from imaging.articles.claim import Claim
from imaging.articles.parsing import parse_json, parse_markdown
from imaging.cards.logo import fit_logo, is_visible_on, open_logo
from imaging.entry import described, entries, failed
from imaging.errors import BadPicture, ImagesError
from imaging.makers import SourceType
from imaging.marking import xmp
from imaging.marking.marks import Facts, mark, marks, with_mark
from imaging.pages import gallery
from imaging.pages.page import html_page
from imaging.pictures.anatomy import refuse_polyglot
from imaging.pictures.cleaning import accepted
from imaging.pictures.containers import with_packet
from imaging.pictures.picture import Picture, inspect
from imaging.planning.models import ModelTable, model_table
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage
from imaging.slug import slugify
from imaging.spec import ImageSpec, Kind
from imaging.validation import parsed
from tests import ROOT
from tests.security.seeds import PICTURES
from tests.standins import Answer, Call
from tests.standins.server import Standin

Target = Callable[[bytes], object]

SPEC = ImageSpec(
    name="hero", kind=Kind.HERO, provider="replicate", model="black-forest-labs/flux-dev", prompt="milk",
    size=(1024, 1024), user_id="default", slug="milk", stem="default/milk/hero", alt_text="Milk",
)  # fmt: skip

_DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
TEMPLATE = next(
    trigger["parameters"] for each in _DEPLOYMENTS for trigger in each.get("triggers", []) if "parameters" in trigger
)
"""What the trigger of `on-published` makes of an event."""

MADE = Facts(SourceType.TRAINED, "replicate: black-forest-labs/flux-dev", "2026-11-26T08:00:00+00:00")


class Echo(Standin):
    """Answers every request with `said`: a vendor, or a bucket, that may say anything at all."""

    places = frozenset({"any"})

    def __init__(self) -> None:
        super().__init__()
        self.said = Answer(200)

    def route(self, call: Call) -> Call:
        return call

    def answer(self, call: Call) -> Answer:
        return self.said

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        return Answer(status)

    def say(self, body: bytes, status: int = 200, content_type: str = "application/json", **headers: str) -> None:
        """From now on answer so; header names are given with underscores."""
        self.said = Answer(status, body, content_type, {name.replace("_", "-"): text for name, text in headers.items()})


def read_article(data: bytes) -> Article:
    """An article's file, and everything that is made from its words."""
    text = data.decode("utf-8", "replace")
    article = parse_markdown(text) if text.startswith(("---", "\ufeff---")) else parse_json(text)
    slug = article.slug or slugify(article.topic)
    specs = Planner(article, slug, ModelTable(), ()).specs()
    images = [failed(spec, article.topic) for spec in specs]
    shown = ImageSet(user_id=article.user_id, slug=slug, topic=article.topic, article_id=None, images=images)
    gallery.markdown_gallery(shown, {})
    html_page(shown, {})
    shown.model_dump_json()
    Claim.of(article).model_dump_json()
    assert all(spec.digest and spec.stem.startswith(keys.prefix(article.user_id, slug)) for spec in specs)
    return article


def read_models(data: bytes) -> ModelTable:
    """The overrides of `IMAGES_MODELS`."""
    with contextlib.suppress(ValueError, RecursionError):
        overrides = json.loads(data)
        if isinstance(overrides, dict):
            return model_table(overrides)
    return ModelTable()


def read_feed(data: bytes) -> int:
    """A page of a feed, and each of its items as an article."""
    feed = parse_feed(data)
    for item in feed.items:
        assert item.key
        item.fingerprint()
        with contextlib.suppress(ImagesError):
            item.article().model_dump_json()
    return len(feed.items)


def read_payload(data: bytes) -> object:
    """The payload of an event, hydrated twice as Prefect does: it stays data, and the run can be listed."""
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):  # Prefect takes nothing else for an event's payload
        return None
    event = HydrationContext(render_jinja=True, jinja_context={"event": {"payload": payload}})
    sent = json.loads(json.dumps(hydrate(TEMPLATE, event)))
    for value in _inner(sent):
        assert not (isinstance(value, dict) and "__prefect_kind" in value)
        assert not (isinstance(value, str) and "\0" in value)
        assert not (isinstance(value, int) and not -(2**63) <= value < 2**63)
    made = hydrate(sent, HydrationContext(render_jinja=True, render_workspace_variables=True))
    assert made == sent
    return made


def _inner(value: object) -> Iterator[object]:
    """The value and everything in it, its keys too."""
    yield value
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _inner(one)


def mark_over_xmp(data: bytes) -> object:
    """Any XMP packet in a picture of each kind: the picture is marked as a model's, whatever the packet says."""
    for number in (4, 11, 15):  # PNG, JPEG, WebP
        marked, _ = with_mark(with_packet(PICTURES[number], data), MADE)
        assert marks(marked)[xmp.DIGITAL_SOURCE_TYPE] in {SourceType.TRAINED.value, SourceType.COMPOSITE.value}
        inspect(marked, 1_000_000)
    return data


def look_at_picture(data: bytes) -> object:
    """The bytes of a picture, as they come, and with sums that hide what was changed in them."""
    with contextlib.suppress(ImagesError):
        _mark(accepted(_summed(data), 1_000_000))
    return _mark(accepted(data, 1_000_000))


def _mark(picture: Picture) -> Picture:
    """What is let in is paid for: it can be marked, is the same picture then, and says what it is."""
    marked = inspect(mark(picture.data, MADE), 1_000_000)
    assert (marked.width, marked.height, marked.thumbnail) == (picture.width, picture.height, picture.thumbnail)
    assert xmp.DIGITAL_SOURCE_TYPE in marks(marked.data)
    return marked


def walk_through(data: bytes) -> object:
    """A picture's file, part by part: where it ends, one byte more is too much."""
    refuse_polyglot(data)
    if data.startswith((_PNG, b"\xff\xd8")) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        try:
            refuse_polyglot(data + b"\n")
        except BadPicture:
            return data
        raise AssertionError("a byte behind the end was not seen")
    return None


def look_at_logo(data: bytes) -> object:
    """The bytes of a logo: what is accepted as a picture can be put on a card."""
    with contextlib.suppress(ImagesError):
        _open_logo(_summed(data))
    return _open_logo(data)


def _open_logo(data: bytes) -> object:
    logo = open_logo(inspect(data, 1_000_000).data)
    return logo and (is_visible_on(logo, (255, 255, 255)), fit_logo(logo, 340, 84, 15_000))


def _summed(data: bytes) -> bytes:
    """Return a PNG with the right check sum behind every chunk; anything else as it is."""
    if not data.startswith(_PNG):
        return data
    out, place = bytearray(_PNG), len(_PNG)
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4])
        chunk = data[place + 4 : end]
        out += data[place : place + 4] + chunk + zlib.crc32(chunk).to_bytes(4)
        place = end + 4
    return bytes(out)


class Outside:
    """The real clients of vendors and bucket, pointed at a host that answers with the fuzzer's bytes."""

    def __init__(self, echo: Echo) -> None:
        self.echo = echo
        self.replicate = Replicate(
            api_token="r8_fuzzed", base_url=echo.base_url, poll_interval=0.0001, timeout=0.0002, request_timeout=5
        )
        self.chutes = Chutes(api_key="cpk_fuzzed", base_url=echo.base_url, timeout=5)
        self.downloader = Downloader(HostRules.parse(echo.host), 1_000_000, 5)
        bucket = s3_bucket(endpoint=echo.base_url, key_id="id", secret="secret", bucket="images")
        self.store = ImageStore(bucket, "https://images.example")

    def create(self, data: bytes) -> object:
        """Replicate's answer to a create; the id in it is asked for."""
        self._say(data)
        return self.replicate.collect(self.replicate.create(SPEC))

    def collect(self, data: bytes) -> object:
        """Replicate's answer about a prediction; the address in it is fetched."""
        self._say(data)
        address = self.replicate.collect("abc123")
        return self.downloader.fetch(address)

    def check(self, data: bytes) -> object:
        """Replicate's answer to the first, free question."""
        self._say(data)
        self.replicate.check_token()
        return None

    def find(self, data: bytes) -> object:
        """Replicate's list of recent predictions; what is found there is asked for."""
        self._say(data)
        return list(self.replicate.find(SPEC, datetime(2026, 1, 1, tzinfo=UTC)))

    def generate(self, data: bytes) -> object:
        """Chutes' answer, a picture or an error."""
        self._say(data)
        return inspect(self.chutes.generate(SPEC), 1_000_000)

    def redirect(self, data: bytes) -> object:
        """Where a download is sent on to; what a header cannot carry is left out."""
        self.echo.say(b"", 302, location=_header(data))
        return self.downloader.fetch(self.echo.base_url)

    def fetch(self, data: bytes) -> object:
        """The address that a vendor names."""
        self.echo.say(b"", 404)
        return self.downloader.fetch(data.decode("utf-8", "replace"))

    def manifest(self, data: bytes) -> object:
        """A manifest in the bucket, believed by its digest alone and shown again."""
        self.echo.say(data)
        images = entries(self.store.get_json("default/milk/manifest.json"))
        objects = {image.key or "": (image.bytes or 0, image.md5 or "") for image in images}
        inventory = Inventory(slug="milk", objects=objects, images=images)
        found = [stored for image in images if (stored := inventory.stored(image.digest))]
        _show([described(SPEC, stored, reused=True, url=self.store.url(stored.key)) for stored in found])
        _show(images)
        return found

    def claim(self, data: bytes) -> object:
        """A claim in the bucket."""
        self.echo.say(data)
        claim = parsed(Claim, self.store.get_json("_claims/default/milk.json"))
        return claim and claim.is_of(Article(topic="Milk", article_id="1"))

    def result(self, data: bytes) -> object:
        """A task's result in the bucket: the record, and the description in it."""
        self.echo.say(data)
        results = Records(self.store, _NOWHERE)
        with contextlib.suppress(ValueError):  # what Prefect expects where there is none
            record = json.loads(results.read("default/milk/hero"))
            value = record.get("result") if isinstance(record, dict) else None
            if stored := parsed(StoredImage, value):
                _show([described(SPEC, stored, reused=True, url=self.store.url(stored.key))])
        return None

    def close(self) -> None:
        """Close the clients, which are kept for the whole process."""
        self.downloader.close()
        self.replicate._client._client.close()
        chutes_module._client(self.chutes.timeout).close()
        replicate_module._client.cache_clear()
        chutes_module._client.cache_clear()
        self.store._client.close()

    def _say(self, data: bytes) -> None:
        """The first byte picks the status, so that a fuzzer can find its way to every branch."""
        status = _STATUSES[data[0] % len(_STATUSES)] if data else 200
        place = {"location": _header(data[1:])} if status == 302 else {}
        self.echo.say(data[1:], status, retry_after=str(len(data)), **place)


def _show(images: list[Image]) -> None:
    """Everything that is made of a set's entries."""
    shown = ImageSet(user_id="default", slug="milk", topic="Milk", article_id=None, images=images)
    gallery.markdown_gallery(shown, {})
    html_page(shown, {})
    gallery.table(shown)
    shown.model_dump_json()


_PNG = b"\x89PNG\r\n\x1a\n"
_NOWHERE = Path("/nonexistent")
_STATUSES = (200, 201, 400, 401, 402, 403, 404, 410, 422, 429, 500, 503, 302)


def _header(data: bytes) -> str:
    """The bytes as a header may carry them."""
    return "".join(chr(byte) for byte in data if byte not in b"\r\n\0").strip()


@contextmanager
def targets() -> Iterator[Mapping[str, Target]]:
    """Every target by its name, with the host behind the clients running; our own errors count as answers."""
    with Echo() as echo:
        outside = Outside(echo)
        raw: dict[str, Target] = {
            "article": read_article,
            "feed": read_feed,
            "payload": read_payload,
            "models": read_models,
            "picture": look_at_picture,
            "xmp": mark_over_xmp,
            "anatomy": walk_through,
            "logo": look_at_logo,
            "create": outside.create,
            "collect": outside.collect,
            "check": outside.check,
            "find": outside.find,
            "generate": outside.generate,
            "redirect": outside.redirect,
            "fetch": outside.fetch,
            "manifest": outside.manifest,
            "claim": outside.claim,
            "result": outside.result,
        }
        try:
            yield {name: _tolerant(target, echo) for name, target in raw.items()}
        finally:
            outside.close()


def _tolerant(target: Target, echo: Echo) -> Target:
    def run(data: bytes) -> object:
        echo.requests.clear()
        try:
            return target(data)
        except ImagesError as error:
            words = str(error)
        assert 0 < len(words) < 2000
        words.encode()  # it goes into JSON, logs and pages
        return words

    return run
