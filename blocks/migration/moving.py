"""One picture's way from an old address into the bucket: fetched, checked, marked, stored, with its web formats."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import httpx
from PIL import ExifTags
from prefect.logging import get_run_logger

from blocks.delivery.marking import marked
from blocks.delivery.storing import description_of, looked_at, origin
from blocks.delivery.storing_formats import missing_formats, with_formats
from blocks.network.addresses import vendor_at
from blocks.network.data_uris import bytes_in
from blocks.network.host_pace import HostPace
from blocks.network.transient_errors import is_passing_status
from blocks.run import current_run
from blocks.storage.private_files import write_private
from imaging.articles.article import Article
from imaging.entry import described
from imaging.errors import (
    BadPicture,
    ImagesError,
    NotWhole,
    PictureGone,
    ProviderBusy,
    UnsafeDownload,
)
from imaging.kinds import Kind
from imaging.makers import PEOPLE, UNKNOWN, Provider, SourceType
from imaging.marking import xmp
from imaging.marking.marks import marks
from imaging.migration.addresses import Found, full, is_data
from imaging.migration.report import Outcome
from imaging.names import keys
from imaging.pictures.anatomy import type_by_beginning
from imaging.pictures.picture import Picture, opened
from imaging.record import Image
from imaging.spec import ImageSpec

_TRIES = 3
_PAUSE_SECONDS = 2.0
_SIGNED = ("signature", "sig=", "expires", "token", "x-amz-")  # queries of addresses that are good for a while


@dataclass(frozen=True, slots=True)
class Link:
    """An address of a record that is to be moved. `entry`: the image of a manifest of ours that has it, if one has."""

    found: Found
    field: str
    entry: Image | None = None

    @property
    def address(self) -> str:
        """The address as it was found."""
        return self.found.address

    @property
    def prompt(self) -> str:
        """What the picture was made from, as far as that is noted."""
        return (self.entry and self.entry.prompt) or self.found.prompt

    @property
    def alt(self) -> str:
        """The alternative text."""
        return (self.entry and self.entry.alt_text) or self.found.alt

    @property
    def words(self) -> str:
        """The prompt or else the alternative text, by which another picture can be made in its place."""
        return self.prompt or self.alt


@dataclass(frozen=True, slots=True)
class Mover:
    """Fetches pictures at the `pace` of their hosts. `kept`: a folder for what the bucket did not take.

    `made_by`: who made those whose address does not say it.
    """

    pace: HostPace
    kept: Path
    made_by: Provider = UNKNOWN.name

    def picture_at(self, user_id: str, address: str) -> Picture:
        """Return the picture at an old address. Raises ImagesError: see `outcome_of`."""
        return looked_at(self._bytes_at(user_id, address))

    def is_alive(self, address: str) -> None:
        """Look whether there is a picture at an address, without fetching all of it. Raises ImagesError."""
        services = current_run().services
        if is_data(address):
            looked_at(bytes_in(address, services.settings.images_max_bytes))
            return
        begins = self._asked(address, services.downloader.beginning)
        if not type_by_beginning(begins):
            raise NotWhole(f"not a PNG, JPEG or WebP picture: it begins with {begins[:16]!r}")

    def store(self, link: Link, article: Article, slug: str, picture: Picture) -> Image:
        """Store a picture beside its article's and return its entry. Raises StorageError."""
        run, services = current_run(), current_run().services
        spec = _in_plan(link.entry, article, slug, picture) if link.entry else self._spec(link, article, slug, picture)
        digest = link.entry.digest if link.entry else spec.digest
        as_marked, unmarked = marked(spec, picture, None)
        note = "; ".join(filter(None, [picture.useless, picture.note, unmarked])) or None
        stored = description_of(spec, as_marked, 0.0, None, note).model_copy(update={"digest": digest})
        metadata = {"sha256": stored.sha256} | origin(spec) | {"digest": digest}
        with run.in_flight.storing(stored):
            services.store.put(stored.key, as_marked.data, stored.content_type, keys.cache_control(spec), metadata)
        image = described(spec, stored, reused=False, url=services.store.url(stored.key))
        return completed(image.model_copy(update={"digest": digest}), as_marked.data)

    def keep(self, user_id: str, address: str, picture: Picture) -> None:
        """Keep a picture on this machine: its old address may have died when the bucket answers again."""
        if not is_data(address):
            with suppress(OSError):
                write_private(self._file(user_id, address), picture.data)

    def let_go(self, user_id: str, address: str) -> None:
        """Drop what was kept of an address whose picture is stored by now."""
        self._file(user_id, address).unlink(missing_ok=True)

    def _bytes_at(self, user_id: str, address: str) -> bytes:
        services = current_run().services
        if is_data(address):
            return bytes_in(address, services.settings.images_max_bytes)
        with suppress(OSError):
            return self._file(user_id, address).read_bytes()
        return self._asked(address, services.downloader.fetch)

    def _asked(self, address: str, ask: Callable[[str], bytes]) -> bytes:
        """Ask a host in its turn, and again where that may help at once. Raises as `Downloader.fetch`."""
        url = full(address)
        for number in range(_TRIES):
            try:
                with self.pace.turn(_host(url)):
                    return ask(url)
            except ProviderBusy as busy:
                again = busy.retry_after is not None or busy.status == 429 or (busy.status or 0) >= 500
                if number + 1 == _TRIES or not again or not current_run().in_flight.pause(_PAUSE_SECONDS):
                    raise
        raise AssertionError("the last try returns or raises")

    def _spec(self, link: Link, article: Article, slug: str, picture: Picture) -> ImageSpec:
        """Return the spec of a picture from an old address: named by its content, so that it is stored once."""
        found, source = link.found, hashlib.sha256(picture.data).hexdigest()
        return ImageSpec(
            name=f"{keys.MIGRATED}-{source[:12]}",
            kind=Kind.SUPPORTING,
            provider=self._maker(found.address, picture),
            model="unknown",
            prompt=found.prompt or None,
            params={"source": source},
            size=(picture.width, picture.height),
            user_id=article.user_id,
            slug=slug,
            stem=keys.migrated_stem(article.user_id, slug, "picture"),
            hash_length=16,
            alt_text=found.alt or article.title,
        )

    def _maker(self, address: str, picture: Picture) -> Provider:
        vendor = None if is_data(address) else vendor_at(full(address))
        if vendor in get_args(Provider):
            return cast(Provider, vendor)
        return PEOPLE.name if self.made_by == UNKNOWN.name and _says_otherwise(picture.data) else self.made_by

    def _file(self, user_id: str, address: str) -> Path:
        # In a folder of the tenant's, so that it can be erased.
        name = hashlib.sha256(f"{user_id} {address}".encode(errors="replace")).hexdigest()
        return self.kept / user_id / f"{name}.picture"


def completed(image: Image, data: bytes) -> Image:
    """Return an image with its web formats and pinned copy stored. Raises StorageError."""
    try:
        return with_formats(image, missing_formats(image, current_run().services.settings), data)
    except BadPicture as error:  # the picture itself is stored
        get_run_logger().warning("%s: %s", image.name, error)
        return image


def _in_plan(entry: Image, article: Article, slug: str, picture: Picture) -> ImageSpec:
    """Return the spec that stores a picture of a plan in its place."""
    stem, hash_length = keys.image_place(article.user_id, slug, entry.name, entry.kind, entry.platform)
    return ImageSpec(
        size=(picture.width, picture.height),
        user_id=article.user_id,
        slug=slug,
        stem=stem,
        hash_length=hash_length,
        **entry.model_dump(include={"name", "kind", "platform", "provider", "model", "prompt", "alt_text", "contains"}),
    )


def outcome_of(address: str, error: ImagesError) -> Outcome:
    """Return what an error of `picture_at` or `store` means for the address."""
    why = str(error)
    if isinstance(error, PictureGone):
        gone = error.status in {404, 410} or vendor_at(full(address)) or _is_signed(address)
        return Outcome(status="dead" if gone else "refused", why=why if gone else why.replace("is gone", "is refused"))
    if isinstance(error, ProviderBusy) and error.status is not None:
        return Outcome(status="later" if is_passing_status(error.status) else "refused", why=why)
    refused = isinstance(error, UnsafeDownload | BadPicture)
    return Outcome(status="refused" if refused else "later", why=why)


def _is_signed(address: str) -> bool:
    query = address.partition("?")[2].lower()
    return any(word in query for word in _SIGNED)


def _says_otherwise(data: bytes) -> bool:
    """Return whether a file says itself that it is no AI picture: by its source type, or by a camera's name."""
    with suppress(Exception):
        term = marks(data).get(xmp.DIGITAL_SOURCE_TYPE)
        if term:
            return term not in set(SourceType)
        with opened(data) as image:
            return bool(image.getexif().get(ExifTags.Base.Make))
    return False


def _host(url: str) -> str:
    try:
        return httpx.URL(url).netloc.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        return ""
