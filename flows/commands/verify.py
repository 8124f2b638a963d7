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
from flows.commands.output.status_line import line_hidden
from flows.commands.prefect_api import prefect_api
from imaging.errors import ConfigurationError, ImagesError, InvalidInput, PredictionEnded

Read = tuple[bytes, Mapping[str, str] | None]


def verify(targets: list[str]) -> bool:
    """Print the verdicts on each picture, those as well that cannot be read, and how many are bad.

    Return whether all are well. Files need neither Prefect nor a bucket. Raises ConfigurationError.
    """
    if all(Path(target).is_file() for target in targets):
        with line_hidden():
            return _all_well(targets, None)
    with prefect_api(), begun_run() as run, line_hidden():
        return _all_well(targets, run.services)


def _all_well(targets: list[str], services: Services | None) -> bool:
    bad = sum(not _is_well(target, services) for target in targets)
    if bad or len(targets) > 1:
        echo(f"{bad} of {len(targets)} bad" if bad else f"all {len(targets)} well")
    return not bad


def _is_well(target: str, services: Services | None) -> bool:
    """Print the verdicts on one picture. Raises ConfigurationError, which the next picture would raise too."""
    echo(target)
    try:
        lines = list(verify_picture(*_read(target, services), services.signer if services else None))
    except ConfigurationError:
        raise
    except ImagesError as error:
        echo(f"  FAIL  picture: {error}")
        return False
    for line in lines:
        echo(f"  {line}")
    return all(line.level != "FAIL" for line in lines)


def _read(target: str, services: Services | None) -> Read:
    if services is None or Path(target).exists():
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
