"""Everything a run calls, loaded once: storage, vendors, downloader. A saved block wins over the environment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect.blocks.core import Block
from prefect_aws import S3Bucket

from blocks import chutes, replicate, storage
from blocks.chutes import Chutes
from blocks.download import Downloader, HostRules
from blocks.embedded import embedded_storage
from blocks.gate import Gate
from blocks.replicate import Replicate
from blocks.results import SharedResults
from blocks.settings import Settings, load_settings
from blocks.spool import Spool
from blocks.storage import ImageStore, bucket_from
from blocks.variables import read_variable
from imaging.budget import Budgets, budgets_from
from imaging.errors import ConfigurationError
from imaging.models import ModelTable, model_table
from imaging.spec import Provider

SomeBlock = TypeVar("SomeBlock", bound=Block)


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What a run may call. `replicate` and `chutes` are None where they are not configured."""

    settings: Settings
    store: ImageStore
    embedded: bool
    replicate: Replicate | None
    chutes: Chutes | None
    models: ModelTable
    budgets: Budgets
    downloader: Downloader = field(repr=False)
    gates: Mapping[str, Gate] = field(default_factory=lambda: {name: Gate(name) for name in ("replicate", "chutes")})

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

    def results(self, *, bucket_answers: bool) -> SharedResults:
        """Return where task results are kept: in the bucket if it answers, else on this machine's disk.

        The embedded storage is this machine's disk already.
        """
        shared = self.store if bucket_answers and not self.embedded else None
        return SharedResults.over(shared, self.settings.images_data_dir.resolve() / "results")


_current: ContextVar[Toolbox] = ContextVar("toolbox")


@contextmanager
def toolbox_for_run() -> Iterator[Toolbox]:
    """Load the toolbox for one flow run, with the embedded storage running where no bucket is configured.

    Raises ConfigurationError.
    """
    settings = load_settings()
    with _storage(settings) as (store, embedded):
        box = _toolbox(settings, store, embedded)
        token = _current.set(box)
        try:
            yield box
        finally:
            _current.reset(token)
            box.downloader.close()


def toolbox() -> Toolbox:
    """Return the run's toolbox. A task in another process than its flow (Dask, Ray) loads one of its own."""
    try:
        return _current.get()
    except LookupError:
        settings = load_settings()
        store = configured_store(settings)
        if store is None:
            raise ConfigurationError(
                "tasks in other processes need a bucket that all of them reach: set B2_* or run article-images setup"
            ) from None
        box = _toolbox(settings, store, embedded=False)
        _current.set(box)
        return box


def configured_store(settings: Settings) -> ImageStore | None:
    """Return the bucket that is configured, None where the embedded storage takes its place."""
    bucket = _bucket(settings)
    return None if bucket is None else _image_store(bucket, settings)


@contextmanager
def _storage(settings: Settings) -> Iterator[tuple[ImageStore, bool]]:
    configured = configured_store(settings)
    if configured is not None:
        yield configured, False
        return
    with embedded_storage(settings.images_data_dir) as store:
        yield (
            (replace(store, public_base=_public_base(settings)) if settings.images_public_base_url else store),
            True,
        )


def _bucket(settings: Settings) -> S3Bucket | None:
    return _saved(S3Bucket, storage.BLOCK_NAME) or (bucket_from(settings) if settings.has_bucket else None)


def _image_store(bucket: S3Bucket, settings: Settings) -> ImageStore:
    if settings.images_public_base_url:
        return ImageStore(bucket, _public_base(settings))
    endpoint = bucket.credentials.aws_client_parameters.endpoint_url or "https://s3.amazonaws.com"
    folder = bucket.bucket_folder.strip("/")
    return ImageStore(bucket, "/".join(part for part in (endpoint.rstrip("/"), bucket.bucket_name, folder) if part))


def _public_base(settings: Settings) -> str:
    return str(settings.images_public_base_url).rstrip("/")


def _toolbox(settings: Settings, store: ImageStore, embedded: bool) -> Toolbox:
    return Toolbox(
        settings=settings,
        store=store,
        embedded=embedded,
        replicate=_saved(Replicate, replicate.BLOCK_NAME) or replicate.replicate_from(settings),
        chutes=_saved(Chutes, chutes.BLOCK_NAME) or chutes.chutes_from(settings),
        models=model_table(*_edited("images_models", settings.images_models)),
        budgets=budgets_from(*_edited("images_budgets", settings.images_budgets)),
        downloader=Downloader(
            HostRules.parse(settings.images_download_hosts),
            settings.images_max_bytes,
            settings.images_download_timeout,
        ),
    )


def _edited(variable: str, from_environment: dict[str, Any]) -> tuple[Any, str]:
    """Return what the Prefect variable holds, which wins, or the environment's; and what to call it."""
    value = read_variable(variable)
    return (from_environment, variable.upper()) if value is None else (value, f"Prefect variable {variable}")


def _saved(block_type: type[SomeBlock], name: str) -> SomeBlock | None:
    """Return the block that `article-images setup` saved, or None where there is none."""
    try:
        # _sync: an async flow is running, but what is called here is not part of its loop.
        return cast(SomeBlock, block_type.load(name, _sync=True))  # type: ignore[call-arg]
    except ValueError as missing:
        if "Unable to find block document" in str(missing):
            return None
        raise ConfigurationError(
            f"the saved block {block_type.get_block_type_slug()}/{name} cannot be read: run article-images setup again"
        ) from None
