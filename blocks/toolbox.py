"""Everything a run calls, loaded once: storage, vendors, downloader. A saved block wins over the environment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from prefect.runtime import flow_run
from prefect_aws import S3Bucket

from blocks.configuration.defaults import BUDGETS, MODELS, PUBLIC_BASE_URLS, UNEDITED
from blocks.configuration.public_urls import plain_base, tenant_bases
from blocks.configuration.settings import Settings, load_settings
from blocks.configuration.variables import read_variable
from blocks.locks.in_flight import InFlight, why_ended
from blocks.network.backoff import with_two_tries
from blocks.network.download import Downloader, HostRules
from blocks.observability.stopwatch import Stopwatch
from blocks.provenance import signing
from blocks.provenance.signing import Signer, signer_from
from blocks.records.manifests import Manifests
from blocks.records.records import Records
from blocks.storage import bucket as storage
from blocks.storage.bucket import ImageStore, bucket_from, endpoint_of
from blocks.storage.embedded import embedded_storage
from blocks.storage.spool import Spool, Spooled
from blocks.vendors import chutes, replicate, writer
from blocks.vendors.chutes import Chutes
from blocks.vendors.gate import Gate
from blocks.vendors.replicate import Replicate
from blocks.vendors.writer import Writer
from imaging.errors import ConfigurationError
from imaging.makers import Provider
from imaging.planning.budget import Budgets, budgets_from
from imaging.planning.models import ModelTable, model_table

_RUNS_REMEMBERED = 64  # of those whose tasks run here and whose flow does not
SomeBlock = TypeVar("SomeBlock", bound=Block)


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What a run may call. `replicate`, `chutes`, `writer` and `signer` are None where they are not configured.

    `fresh`: pictures that this process has stored just now, by key, for what is made of them next. `unstored`: those
    that the bucket did not take, by digest.
    """

    settings: Settings
    store: ImageStore
    embedded: bool
    replicate: Replicate | None
    chutes: Chutes | None
    downloader: Downloader = field(repr=False)
    writer: Writer | None = None
    signer: Signer | None = field(default=None, repr=False)
    models: ModelTable = field(default_factory=ModelTable)
    budgets: Budgets = field(default_factory=Budgets)
    gates: dict[str, Gate] = field(init=False)
    in_flight: InFlight = field(default_factory=InFlight, repr=False)
    fresh: dict[str, bytes] = field(default_factory=dict, repr=False)
    unstored: dict[str, tuple[Spooled, bytes]] = field(default_factory=dict, repr=False)
    stopwatch: Stopwatch = field(default_factory=Stopwatch, repr=False)

    def __post_init__(self) -> None:
        """Make a gate to the account at each vendor. Who waits there, or for the bucket, waits until the run stops."""
        vendors: dict[str, Replicate | Chutes | None] = {"replicate": self.replicate, "chutes": self.chutes}
        pause, cold_start = self.in_flight.pause, self.settings.images_cold_start_seconds
        gates = {
            name: Gate(name, block.account if block else "", cold_start=cold_start, sleep=pause)
            for name, block in vendors.items()
        }
        object.__setattr__(self, "gates", gates)
        patience = replace(self.store.patience, seconds=self.settings.images_retry_seconds, pause=pause)
        object.__setattr__(self, "store", self.store.patient(patience))

    def for_another_run(self) -> "Toolbox":
        """Return a toolbox with the same storage and vendors; what belongs to one run alone is new."""
        return replace(self, in_flight=InFlight(), fresh={}, unstored={}, stopwatch=Stopwatch())

    @property
    def providers(self) -> frozenset[Provider]:
        """The vendors that are configured."""
        names: set[Provider] = set()
        if self.replicate:
            names.add("replicate")
        if self.chutes:
            names.add("chutes")
        return frozenset(names)

    @property
    def locks(self) -> Path:
        """Where the processes of this machine meet."""
        return self.settings.images_data_dir.resolve() / "locks"

    @property
    def spool(self) -> Spool:
        """Where pictures wait that were paid for and could not be stored."""
        return Spool(self.settings.images_data_dir.resolve() / "spool")

    @property
    def manifests(self) -> Manifests:
        """Where an article's manifest is read and written."""
        return Manifests(self.store, self.records(bucket_answers=True), self.settings.images_mark_prompt)

    def records(self, *, bucket_answers: bool) -> Records:
        """Return where task results are kept: in the bucket if it answers, else on this machine's disk.

        The embedded storage is this machine's disk already. Each bucket has its own folder there: what was stored
        in one is not in another.
        """
        folder = self.settings.images_data_dir.resolve() / "results"
        if self.embedded:
            return Records(None, folder)
        return Records(self.store if bucket_answers else None, folder / f"_{self.store.place}")


_current: ContextVar[Toolbox] = ContextVar("toolbox")


@contextmanager
def toolbox_for_run() -> Iterator[Toolbox]:
    """Load the toolbox for one flow run, with the embedded storage running where no bucket is configured.

    A run within another one (an article of a backlog) takes over what that has loaded. Raises ConfigurationError.
    """
    if outer := _current.get(None):
        with _used(outer.for_another_run()) as box:
            yield box
        return
    settings = load_settings()
    with _storage(settings) as (store, embedded), _used(_toolbox(settings, store, embedded)) as box:
        try:
            yield box
        finally:
            box.downloader.close()


@contextmanager
def _used(box: Toolbox) -> Iterator[Toolbox]:
    token = _current.set(box)
    try:
        yield box
    finally:
        _current.reset(token)


def toolbox() -> Toolbox:
    """Return the run's toolbox. A task in another process than its flow (Dask, Ray) has one of that process."""
    return _current.get(None) or _elsewhere(flow_run.id)


_loading = threading.Lock()
_loaded: dict[str | None, Toolbox] = {}


def _elsewhere(run_id: str | None) -> Toolbox:
    """Return this process's toolbox for a flow run that goes on elsewhere: one for all of its tasks here.

    Nothing is ordered here for a run that has ended, by whatever end. Raises ConfigurationError.
    """
    with _loading:
        if run_id not in _loaded:
            settings = load_settings()
            store = configured_store(settings)
            if store is None:
                raise ConfigurationError(
                    "tasks in other processes need a bucket that all reach: set B2_* or run article-images setup"
                )
            in_flight = InFlight(partial(why_ended, run_id))
            _loaded[run_id] = replace(_toolbox(settings, store, embedded=False), in_flight=in_flight)
            for oldest in list(_loaded)[:-_RUNS_REMEMBERED]:
                del _loaded[oldest]
        return _loaded[run_id]


def configured_store(settings: Settings) -> ImageStore | None:
    """Return the bucket that is configured, None where the embedded storage takes its place."""
    bucket = _bucket(settings)
    return None if bucket is None else image_store(bucket, settings)


@contextmanager
def _storage(settings: Settings) -> Iterator[tuple[ImageStore, bool]]:
    configured = configured_store(settings)
    if configured is not None:
        yield configured, False
        return
    with embedded_storage(settings.images_data_dir) as store:
        yield _in_public(store, settings), True


def _bucket(settings: Settings) -> S3Bucket | None:
    return saved_block(S3Bucket, storage.BLOCK_NAME) or (bucket_from(settings) if settings.has_bucket else None)


def image_store(bucket: S3Bucket, settings: Settings) -> ImageStore:
    """Return the store over a bucket, with the address under which the settings say that the world reads it."""
    folder = bucket.bucket_folder.strip("/")
    own = "/".join(part for part in (endpoint_of(bucket), bucket.bucket_name, folder) if part)
    return _in_public(ImageStore(bucket, own, private=_private_store(bucket, settings)), settings)


def _private_store(bucket: S3Bucket, settings: Settings) -> ImageStore | None:
    """Return where records and claims lie, if not beside the pictures: reached with the same endpoint and key."""
    name, _, folder = (settings.images_private_bucket or "").partition("/")
    return ImageStore(bucket.model_copy(update={"bucket_name": name, "bucket_folder": folder}), "") if name else None


def _in_public(store: ImageStore, settings: Settings) -> ImageStore:
    base = settings.images_public_base_url
    return replace(store, public_base=plain_base(base)) if base else store


def _toolbox(settings: Settings, store: ImageStore, embedded: bool) -> Toolbox:
    return Toolbox(
        settings=settings,
        store=replace(
            store,
            bucket=with_two_tries(store.bucket),
            tenant_bases=tenant_bases(*edited(PUBLIC_BASE_URLS, settings.images_public_base_urls)),
        ),
        embedded=embedded,
        replicate=saved_block(Replicate, replicate.BLOCK_NAME) or replicate.replicate_from(settings),
        chutes=saved_block(Chutes, chutes.BLOCK_NAME) or chutes.chutes_from(settings),
        writer=saved_block(Writer, writer.BLOCK_NAME) or writer.writer_from(settings),
        signer=signer_from(saved_block(Secret, signing.BLOCK_NAME)),
        models=model_table(*edited(MODELS, settings.images_models)),
        budgets=budgets_from(*edited(BUDGETS, settings.images_budgets)),
        downloader=Downloader(
            HostRules.parse(settings.images_download_hosts),
            settings.images_max_bytes,
            settings.images_download_timeout,
        ),
    )


def edited(variable: str, from_environment: dict[str, Any]) -> tuple[Any, str]:
    """Return what the Prefect variable holds, which wins once it was edited, or the environment's; and its name.

    Raises httpx.HTTPError without an API.
    """
    value = read_variable(variable)
    if value is None or value == UNEDITED[variable]:
        return from_environment, variable.upper()
    return value, f"Prefect variable {variable}"


def saved_block(block_type: type[SomeBlock], name: str) -> SomeBlock | None:
    """Return the block that `article-images setup` saved, or None where there is none.

    Raises ConfigurationError for one that cannot be read, httpx.HTTPError without an API.
    """
    try:
        # _sync: an async flow is running, but what is called here is not part of its loop.
        return cast(SomeBlock, block_type.load(name, _sync=True))  # type: ignore[call-arg]
    except (ValueError, RuntimeError) as trouble:  # RuntimeError: its document has not the fields of its type
        if "Unable to find block document" in str(trouble):
            return None
        raise ConfigurationError(
            f"the saved block {block_type.get_block_type_slug()}/{name} cannot be read: run article-images setup again"
        ) from None
