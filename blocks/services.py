"""Services, loaded once a process: settings, storage, vendors, downloader. A saved block wins over the environment."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from prefect.blocks.system import Secret
from prefect_aws import S3Bucket

from blocks.configuration.defaults import BUDGETS, MODELS, PLATFORMS, PUBLIC_BASE_URLS, QUOTAS, UNEDITED
from blocks.configuration.public_urls import plain_base, tenant_bases
from blocks.configuration.saved_blocks import SavedBlocks
from blocks.configuration.settings import Settings, load_settings
from blocks.configuration.variables import read_variables
from blocks.network.backoff import with_two_tries
from blocks.network.download import Downloader, HostRules
from blocks.provenance import signing
from blocks.provenance.signing import Signer, signer_from
from blocks.records.manifests import Manifests
from blocks.records.records import Records
from blocks.storage import bucket as storage
from blocks.storage.bucket import ImageStore, bucket_from, endpoint_of
from blocks.storage.embedded import embedded_storage
from blocks.storage.remembered import Remembered
from blocks.storage.spool import Spool
from blocks.vendors import writer
from blocks.vendors.pause import PauseNote
from blocks.vendors.rate_limit import RateLimit
from blocks.vendors.registry import VENDORS, AnswersAtOnce, KeepsOrders, VendorBlock
from blocks.vendors.writer import Writer
from imaging.errors import ConfigurationError
from imaging.makers import Provider
from imaging.planning.budget import Budgets, budgets_from
from imaging.planning.chosen_platforms import ALL_TENANTS, chosen_platforms
from imaging.planning.models import ModelTable, model_table
from imaging.planning.quotas import Quotas, quotas_from

_BLOCKS = (
    storage.BLOCK_NAME,
    *(vendor.block_name for vendor in VENDORS.values()),
    writer.BLOCK_NAME,
    signing.BLOCK_NAME,
)


@dataclass(frozen=True, slots=True)
class Services:
    """What a process may call. `vendors` are those that are configured; `writer` and `signer` are None if they are not.

    `embedded`: the store is this machine's own server, since no bucket is configured. `platforms`: those beyond the
    default ones, by tenant. `pauses`, `rates`: what is known of the accounts at the vendors. `remembered`: what several
    articles need, such as brands.
    """

    settings: Settings
    store: ImageStore
    embedded: bool
    downloader: Downloader = field(repr=False)
    vendors: Mapping[Provider, VendorBlock] = field(default_factory=dict)
    writer: Writer | None = None
    signer: Signer | None = field(default=None, repr=False)
    models: ModelTable = field(default_factory=ModelTable)
    budgets: Budgets = field(default_factory=Budgets)
    quotas: Quotas = field(default_factory=Quotas)
    platforms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pauses: Mapping[Provider, PauseNote] = field(default_factory=dict, repr=False)
    rates: Mapping[Provider, RateLimit] = field(default_factory=dict, repr=False)
    remembered: Remembered = field(default_factory=Remembered, repr=False)

    def orders_at(self, provider: Provider) -> KeepsOrders:
        """Return a vendor that keeps orders. Raises ConfigurationError where it is not configured here."""
        vendor = self.vendors.get(provider)
        if not isinstance(vendor, KeepsOrders):
            raise ConfigurationError(f"{VENDORS[provider].variables}: is not set where this task runs")
        return vendor

    def answers_of(self, provider: Provider) -> AnswersAtOnce:
        """Return a vendor that answers with the picture. Raises ConfigurationError where it is not configured here."""
        vendor = self.vendors.get(provider)
        if not isinstance(vendor, AnswersAtOnce):
            raise ConfigurationError(f"{VENDORS[provider].variables}: is not set where this task runs")
        return vendor

    @property
    def providers(self) -> frozenset[Provider]:
        """The vendors that are configured."""
        return frozenset(self.vendors)

    @property
    def locks(self) -> Path:
        """The folder of the locks that the processes of this machine share."""
        return self.settings.data_dir.locks

    @property
    def spool(self) -> Spool:
        """Where pictures wait that were paid for and could not be stored."""
        return Spool(self.settings.data_dir.spool)

    @property
    def local_records(self) -> Path:
        """The folder of this machine's records; each bucket has its own: what is stored in one is not in another."""
        data = self.settings.data_dir
        return data.results if self.embedded else data.records_of(self.store.place)

    @property
    def manifests(self) -> Manifests:
        """Where an article's manifest is read and written."""
        return Manifests(self.store, self.records(bucket_answers=True), self.settings.images_mark_prompt)

    def records(self, *, bucket_answers: bool, held: str | None = None, is_new: bool = False) -> Records:
        """Return where records are kept: in the bucket if it answers, else on this machine's disk.

        `held`, `is_new`: as in `Records`. The embedded storage is this machine's disk already.
        """
        if self.embedded:
            return Records(None, self.local_records, is_alone=True)
        return Records(self.store if bucket_answers else None, self.local_records, held, is_new=is_new)


@contextmanager
def loaded_services() -> Iterator[Services]:
    """Load the services, with the embedded storage running where no bucket is configured.

    Raises ConfigurationError.
    """
    settings, blocks = load_settings(), SavedBlocks.read(*_BLOCKS)
    with _storage(settings, blocks) as (store, embedded):
        services = _services_over(settings, blocks, store, embedded=embedded)
        try:
            yield services
        finally:
            services.downloader.close()


def services_without_embedded_storage() -> Services:
    """Load the services where the bucket must be one that all machines reach. Raises ConfigurationError."""
    settings, blocks = load_settings(), SavedBlocks.read(*_BLOCKS)
    store = _configured_store(settings, blocks)
    if store is None:
        raise ConfigurationError(
            "tasks in other processes need a bucket that all reach: set B2_* or run article-images setup"
        )
    return _services_over(settings, blocks, store, embedded=False)


def _services_over(settings: Settings, blocks: SavedBlocks, store: ImageStore, *, embedded: bool) -> Services:
    """Load the services around a store. Raises ConfigurationError."""
    vendors: dict[Provider, Any] = {
        name: account
        for name, vendor in VENDORS.items()
        if (account := blocks.get(vendor.block_type, vendor.block_name) or vendor.from_settings(settings))
    }
    pauses = {name: PauseNote(name, vendor.account) for name, vendor in vendors.items()}
    loaded_at, variables = time.monotonic(), read_variables([*UNEDITED, *(note.name for note in pauses.values())])
    for note in pauses.values():
        note.seed(variables.get(note.name), loaded_at)
    return Services(
        settings=settings,
        store=replace(
            store,
            bucket=with_two_tries(store.bucket),
            tenant_bases=tenant_bases(*edited(variables, PUBLIC_BASE_URLS, settings.images_public_base_urls)),
        ),
        embedded=embedded,
        vendors=vendors,
        writer=blocks.get(Writer, writer.BLOCK_NAME) or writer.writer_from(settings),
        signer=signer_from(blocks.get(Secret, signing.BLOCK_NAME)),
        models=model_table(*edited(variables, MODELS, settings.images_models)),
        budgets=budgets_from(*edited(variables, BUDGETS, settings.images_budgets)),
        quotas=quotas_from(*edited(variables, QUOTAS, settings.images_quotas)),
        platforms=chosen_platforms(*edited(variables, PLATFORMS, {ALL_TENANTS: settings.images_platforms})),
        pauses=pauses,
        rates={name: RateLimit(name) for name in vendors},
        downloader=Downloader(
            HostRules.parse(settings.images_download_hosts),
            settings.images_max_bytes,
            settings.images_download_timeout,
        ),
    )


def configured_store(settings: Settings) -> ImageStore | None:
    """Return the bucket that is configured, None where the embedded storage takes its place."""
    return _configured_store(settings, SavedBlocks.read(storage.BLOCK_NAME))


def _configured_store(settings: Settings, blocks: SavedBlocks) -> ImageStore | None:
    bucket = blocks.get(S3Bucket, storage.BLOCK_NAME) or (bucket_from(settings) if settings.has_bucket else None)
    return None if bucket is None else image_store(bucket, settings)


@contextmanager
def _storage(settings: Settings, blocks: SavedBlocks) -> Iterator[tuple[ImageStore, bool]]:
    configured = _configured_store(settings, blocks)
    if configured is not None:
        yield configured, False
        return
    with embedded_storage(settings.images_data_dir) as store:
        yield _in_public(store, settings), True


def image_store(bucket: S3Bucket, settings: Settings) -> ImageStore:
    """Return the store over a bucket, with the address under which the settings say that the world reads it."""
    folder = bucket.bucket_folder.strip("/")
    own = "/".join(part for part in (endpoint_of(bucket), bucket.bucket_name, folder) if part)
    return _in_public(ImageStore(bucket, own, private=_private_store(bucket, settings)), settings)


def _private_store(bucket: S3Bucket, settings: Settings) -> ImageStore | None:
    """Return where records and claims are, if not beside the pictures: reached with the same endpoint and key."""
    name, _, folder = (settings.images_private_bucket or "").partition("/")
    return ImageStore(bucket.model_copy(update={"bucket_name": name, "bucket_folder": folder}), "") if name else None


def _in_public(store: ImageStore, settings: Settings) -> ImageStore:
    base = settings.images_public_base_url
    return replace(store, public_base=plain_base(base)) if base else store


def edited(variables: Mapping[str, Any], variable: str, from_environment: dict[str, Any]) -> tuple[Any, str]:
    """Return what the Prefect variable holds, which wins once it was edited, or the environment's; and its name."""
    value = variables.get(variable)
    if value is None or value == UNEDITED[variable]:
        return from_environment, variable.upper()
    return value, f"Prefect variable {variable}"
