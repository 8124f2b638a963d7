"""The command `verify`: reads pictures back, and says of each whether hash, mark and signature are right."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import typer

from blocks.download import Downloader, HostRules
from blocks.toolbox import Toolbox, toolbox_for_run
from blocks.verifying import verify_picture
from imaging.errors import InvalidInput, PredictionEnded
from tasks.stock import recorded

Read = tuple[bytes, Mapping[str, str] | None]


def verify(targets: list[str], api: Callable[[], AbstractContextManager[object]]) -> bool:
    """Print what there is to say of each picture; tell whether all is well. Raises InvalidInput and the like.

    `api` is entered only where a target is not a file: files need neither Prefect nor a bucket.
    """
    files = [target for target in targets if Path(target).is_file()]
    if len(files) == len(targets):
        broken = [target for target in targets if not _say(target, (_from_file(target), None), None)]
    else:
        with api(), toolbox_for_run() as box:
            broken = [target for target in targets if not _say(target, _read(target, box), box)]
    return not broken


def _say(target: str, read: Read, box: Toolbox | None) -> bool:
    typer.echo(target)
    lines = list(verify_picture(*read, box.signer if box else None))
    for line in lines:
        typer.echo(f"  {line}")
    return all(line.level != "FAIL" for line in lines)


def _read(target: str, box: Toolbox) -> Read:
    if Path(target).is_file():
        return _from_file(target), None
    if "://" not in target:
        data = box.store.get(target)
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
