"""The command `verify`: reads pictures back, and says of each whether hash, mark and signature are right."""

from collections.abc import Mapping
from pathlib import Path

import httpx

from blocks.network.download import Downloader, HostRules
from blocks.observability.terminal import echo
from blocks.provenance.verifying import verify_picture
from blocks.toolbox import Toolbox, toolbox_for_run
from flows.commands.prefect_api import prefect_api
from imaging.errors import BadPicture, ConfigurationError, ImagesError, InvalidInput, PredictionEnded
from tasks.stock import recorded

Read = tuple[bytes, Mapping[str, str] | None]


def verify(targets: list[str]) -> bool:
    """Print what there is to say of each picture; tell whether all is well.

    What cannot be read, or is no picture, keeps none of the others from being looked at; then it is raised
    (InvalidInput and the like). Files need neither Prefect nor a bucket.
    """
    if all(Path(target).is_file() for target in targets):
        return _all_well(targets, None)
    with prefect_api(), toolbox_for_run() as box:
        return _all_well(targets, box)


def _all_well(targets: list[str], box: Toolbox | None) -> bool:
    well, unread = True, None
    for target in targets:
        echo(target)
        try:
            lines = list(verify_picture(*_read(target, box), box.signer if box else None))
        except ConfigurationError:
            raise  # it would be the same for the next one
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


def _read(target: str, box: Toolbox | None) -> Read:
    if box is None or Path(target).is_file():
        return _from_file(target), None
    if "://" not in target:
        data = box.store.get(target, box.settings.images_max_bytes)
        if data is None:
            raise InvalidInput(f"{target!r}: there is no such file, and no object of this key in the bucket")
        return data, recorded(box.store, target)
    key = box.store.key_of(target)
    return _from_url(target, box, ours=key is not None), recorded(box.store, key) if key else None


def _from_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror}") from None


def _from_url(address: str, box: Toolbox, *, ours: bool) -> bytes:
    """Fetch as anyone would: from our own public address, or from a host in IMAGES_DOWNLOAD_HOSTS."""
    hosts = box.settings.images_download_hosts
    if ours:
        url = httpx.URL(address)
        hosts += f",{url.host}:{url.port}" if url.port else f",{url.host}"
    downloader = Downloader(HostRules.parse(hosts), box.settings.images_max_bytes, box.settings.images_download_timeout)
    try:
        return downloader.fetch(address)
    except PredictionEnded:
        raise InvalidInput(f"{address}: there is no picture") from None
    finally:
        downloader.close()
