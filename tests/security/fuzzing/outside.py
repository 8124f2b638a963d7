"""The real clients of vendors and bucket, pointed at a host that may say anything."""

import contextlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blocks.network.download import Downloader, HostRules
from blocks.records.inventory import Inventory
from blocks.records.records import Records
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from blocks.vendors import chutes as chutes_module
from blocks.vendors import replicate as replicate_module
from blocks.vendors.chutes import Chutes
from blocks.vendors.replicate import Replicate
from imaging.articles.article import Article
from imaging.articles.claim import Claim
from imaging.entry import described, entries
from imaging.kinds import Kind
from imaging.pages import gallery
from imaging.pages.page import html_page
from imaging.pictures.picture import inspect
from imaging.record import Image, ImageSet, StoredImage
from imaging.spec import ImageSpec
from imaging.validation import parsed
from tests.standins import Answer, Call
from tests.standins.server import Standin

SPEC = ImageSpec(
    name="hero", kind=Kind.HERO, provider="replicate", model="black-forest-labs/flux-dev", prompt="milk",
    size=(1024, 1024), user_id="default", slug="milk", stem="default/milk/hero", alt_text="Milk",
)  # fmt: skip


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


_NOWHERE = Path("/nonexistent")
_STATUSES = (200, 201, 400, 401, 402, 403, 404, 410, 422, 429, 500, 503, 302)


def _header(data: bytes) -> str:
    """The bytes as a header may carry them."""
    return "".join(chr(byte) for byte in data if byte not in b"\r\n\0").strip()
