"""Copies of a set's files in a folder, for those who publish from there."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from blocks.observability.terminal import echo
from blocks.run import begun_run
from imaging.errors import InvalidInput, NotWritten
from imaging.names import keys
from imaging.record import ImageSet

_OF_THE_RUN = {"created_at", "flow_run_id"}
_SAME = {"reused": "stored"}
_PORT = re.compile(rb"http://127\.0\.0\.1:\d+")  # of the storage on this machine, another one with each start
_FIXED = (keys.MANIFEST, keys.GALLERY, "hero.png", "hero.jpg", "hero.webp")  # names that an author may have as well


def check_bucket() -> None:
    """Raise InvalidInput without a bucket: the pictures' addresses would only work on this machine."""
    with begun_run() as run:
        if run.services.embedded:
            raise InvalidInput(
                "--write-back: no bucket is configured, so the pictures have no addresses that others can read: set"
                " B2_*, or add --output DIR to have the files and their paths"
            )


def check_folder(folder: Path) -> None:
    """Create the folder before anything is paid for. Raises InvalidInput."""
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"--output: {folder} is a file: name a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"--output: {folder} cannot be created: {error.strerror}") from None


def check_own(folder: Path) -> None:
    """Raise InvalidInput for a folder with files of somebody else that copies would replace."""
    others = [name for name in _FIXED if (folder / name).exists()]
    if others and not _whose(folder):
        raise InvalidInput(
            f"--output: {folder / others[0]} is not a copy of ours, and would be lost: choose a new folder"
        )


def _whose(folder: Path) -> str | None:
    """Return whose copies are in a folder, by the manifest among them: tenant and slug; None if they are not ours."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        manifest = json.loads((folder / keys.MANIFEST).read_bytes())
        return keys.prefix(manifest["user_id"], manifest["slug"])
    return None


def copy_files(image_set: ImageSet, folder: Path) -> None:
    """Copy the set's files from the bucket into the folder, under the names that they have in the article's folder.

    Raises NotWritten for a folder with the copies of another article, whose pages would show these pictures.
    """
    place = keys.prefix(image_set.user_id, image_set.slug)
    if (there := _whose(folder)) not in {None, place}:
        raise NotWritten(
            f"--output: {folder} has the pictures of {there}: give each article a folder of its own; those of {place}"
            " are stored, and the next run copies them at no cost"
        )
    with begun_run() as run:
        for key in _keys(image_set):
            name = PurePosixPath(key.removeprefix(place))
            data = run.services.store.get(key)
            if data is None or name.is_absolute() or ".." in name.parts:
                echo(f"article-images: --output: no copy of {key}: the bucket does not have it", err=True)
                continue
            target = folder / name
            try:
                if not _is_there(target, data):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
            except OSError as error:
                raise InvalidInput(f"--output: {target} cannot be written: {error.strerror}") from None


def _is_there(target: Path, data: bytes) -> bool:
    """Return whether the copy is there already, so that generators and git see no change where there is none.

    A manifest also names the run: one that differs in nothing else is as good.
    """
    if not target.is_file():
        return False
    there = target.read_bytes()
    if there == data or target.name != keys.MANIFEST:
        return there == data
    lasting = _lasting(data)
    return lasting is not None and lasting == _lasting(there)


def _lasting(manifest: bytes) -> object:
    """Return what a manifest says of the pictures, not of the run that has written it; None if it is none."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        read = json.loads(_PORT.sub(b"", manifest))
        images = [image | {"status": _SAME.get(image["status"], image["status"])} for image in read["images"]]
        return {key: value for key, value in read.items() if key not in _OF_THE_RUN} | {"images": images}
    return None


def _keys(image_set: ImageSet) -> Iterator[str]:
    for image in image_set.images:
        if image.durable and image.key:
            yield image.key
            yield from (variant.key for variant in image.variants)
    if image_set.manifest_url:
        yield keys.manifest_key(image_set.user_id, image_set.slug)
    if image_set.gallery_url:
        yield keys.gallery_key(image_set.user_id, image_set.slug)
