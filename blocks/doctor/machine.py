"""Checks of this machine: fonts, the data directory, and the spool."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import Installation
from blocks.storage.spool import Spool
from imaging.typesetting.fonts import COLOR_EMOJI, STACK, TITLE_WEIGHT, load

_ARTICLES_BYTES = 1_000_000_000  # a hundred articles, in the embedded storage or in the spool of an outage
_OTHERS_READ = 0o055
_NO_ROOM_BYTES = 50_000_000


def check_fonts(_installation: Installation) -> Iterator[Finding]:
    """Load every typeface of the cards, and report missing optional ones."""
    broken: dict[str, str] = {}
    for face in STACK:
        try:
            load(face, TITLE_WEIGHT, 12)
        except (OSError, ImportError) as error:
            broken[face.name] = f"{face.package} ({type(error).__name__})"
    if broken:
        text = ", ".join(f"{name} of {package}" for name, package in broken.items())
        yield failure("fonts", f"cannot be loaded: {text}", "make install, or reinstall its package")
    else:
        yield well("fonts", f"all {len(STACK)} typefaces of the cards load")
    if not COLOR_EMOJI.is_installed:
        text = "a font package is missing: cards have emoji in outline, and no rare scripts (Tibetan, Thaana)"
        mend = f"pip install {COLOR_EMOJI.package.replace('_', '-')}, on a platform that it has a wheel for"
        yield warning("emoji", text, mend)


def check_data_dir(installation: Installation) -> Iterator[Finding]:
    """Check that the folder of records, spool and embedded storage is writable, private and has free space."""
    if installation.settings is None:
        return
    folder = installation.settings.images_data_dir.resolve()
    mend = "set IMAGES_DATA_DIR to a folder that may be written, on a disk with room"
    try:
        place = _nearest(folder)
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"x")
            probe.flush()
        free = shutil.disk_usage(place).free
    except OSError as error:
        yield failure("data directory", f"{folder} cannot be written: {error.strerror}", mend)
        return
    if place == folder and folder.stat().st_mode & _OTHERS_READ:
        yield warning("data directory", f"{folder} can be read by other users of this machine", f"chmod 700 {folder}")
    text = f"{folder} can be written, {free / 1e9:.1f} GB free"
    if free < _NO_ROOM_BYTES:
        yield failure("data directory", text, mend)
    elif free < _ARTICLES_BYTES:
        yield warning("data directory", text, mend)
    else:
        yield well("data directory", text)


def check_spool(installation: Installation) -> Iterator[Finding]:
    """Count the pictures that are waiting for the bucket."""
    if installation.settings is None:
        return
    waiting = sum(1 for _ in Spool(installation.settings.data_dir.spool).digests())
    if waiting:
        yield warning("spool", f"{_pictures(waiting)} for the bucket", "article-images repair")
    else:
        yield well("spool", "no picture waits for the bucket")


def _pictures(waiting: int) -> str:
    return "1 picture waits" if waiting == 1 else f"{waiting} pictures wait"


def _nearest(folder: Path) -> Path:
    """Return the folder, or its nearest existing parent, as the doctor creates none."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
