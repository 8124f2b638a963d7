"""The command `verify`: checks the hash, mark and signature of pictures."""

from collections.abc import Mapping
from pathlib import Path

import httpx

from blocks.network.download import Downloader, HostRules
from blocks.observability.terminal import echo
from blocks.provenance.verifying import verify_picture
from blocks.records.inventory import recorded
from blocks.run import begun_run
from blocks.services import Services
from flows.commands.prefect_api import prefect_api
from imaging.errors import BadPicture, ConfigurationError, ImagesError, InvalidInput, PredictionEnded

Read = tuple[bytes, Mapping[str, str] | None]


def verify(targets: list[str]) -> bool:
    """Print the verdicts on each picture; return whether all are well.

    If one cannot be read, the others are checked before the error is raised (InvalidInput and the like). Files need
    neither Prefect nor a bucket.
    """
    if all(Path(target).is_file() for target in targets):
        return _all_well(targets, None)
    with prefect_api(), begun_run() as run:
        return _all_well(targets, run.services)


def _all_well(targets: list[str], services: Services | None) -> bool:
    well, unread = True, None
    for target in targets:
        echo(target)
        try:
            lines = list(verify_picture(*_read(target, services), services.signer if services else None))
        except ConfigurationError:
            raise  # the next picture would raise it too
        except ImagesError as error:
            echo(f"  FAIL  picture: {error}")
            well, unread = False, unread or (None if isinstance(error, BadPicture) else error)
            continue
        for line in lines:
            echo(f"  {line}")
        well = well and all(line.level != "FAIL" for line in lines)
    if unread:
        raise unread
    return well


def _read(target: str, services: Services | None) -> Read:
    if services is None or Path(target).is_file():
        return _from_file(target), None
    if "://" not in target:
        data = services.store.get(target, services.settings.images_max_bytes)
        if data is None:
            raise InvalidInput(f"{target!r}: no such file, and no object with this key in the bucket")
        return data, recorded(services.store, target)
    key = services.store.key_of(target)
    return _from_url(target, services, ours=key is not None), recorded(services.store, key) if key else None


def _from_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror}") from None


def _from_url(address: str, services: Services, *, ours: bool) -> bytes:
    """Download from our own public address, or from a host in IMAGES_DOWNLOAD_HOSTS."""
    settings = services.settings
    hosts = settings.images_download_hosts
    if ours:
        url = httpx.URL(address)
        hosts += f",{url.host}:{url.port}" if url.port else f",{url.host}"
    downloader = Downloader(
        HostRules.parse(hosts), services.settings.images_max_bytes, services.settings.images_download_timeout
    )
    try:
        return downloader.fetch(address)
    except PredictionEnded:
        raise InvalidInput(f"{address}: there is no picture") from None
    finally:
        downloader.close()
