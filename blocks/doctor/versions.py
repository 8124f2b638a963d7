"""Checks of Python, package versions against their pins, and Pillow's features."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from PIL import features

from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.installation import Installation

PRODUCT = "article-images"
# Consequences of a wrong version that are hard to trace back to it.
_WHY = {
    "prefect": "the product is tested with this version alone",
    "whenever": "Prefect's scheduler fails with it, and scheduled runs are never created",
}


def check_packages(_installation: Installation) -> Iterator[Finding]:
    """Compare the installed packages with the pins of the product's package, and report each mismatch."""
    wrong = [finding for pin in _pins() if (finding := _off(pin))]
    yield from wrong
    if not wrong:
        yield well("packages", f"Python {platform.python_version()}, Prefect {version('prefect')}, all as pinned")


def check_pillow(_installation: Installation) -> Iterator[Finding]:
    """Check that Pillow was built with text layout and web formats."""
    reinstall = "pip install --force-reinstall Pillow (its wheel has them all)"
    missing = [feature for feature in ("raqm", "webp") if not features.check(feature)]
    if missing:
        yield failure("Pillow", f"built without {' and '.join(missing)}: cards or pictures cannot be made", reinstall)
    elif not features.check("avif"):
        yield warning("Pillow", "built without avif", reinstall)
    else:
        yield well("Pillow", f"{version('Pillow')} with raqm, webp and avif")


def _pins() -> Iterator[Requirement]:
    for text in requires(PRODUCT) or []:
        pin = Requirement(text)
        if pin.marker is None or pin.marker.evaluate({"extra": ""}):
            yield pin


def _off(pin: Requirement) -> Finding | None:
    name, mend = f"package {pin.name}", f"pip install '{pin.name}{pin.specifier}', or make install"
    try:
        installed = version(pin.name)
    except PackageNotFoundError:
        return failure(name, "is not installed", mend)
    if pin.specifier.contains(installed, prereleases=True):
        return None
    why = _WHY.get(pin.name.lower())
    return failure(name, f"{installed} is installed, {pin.specifier} is needed" + (f": {why}" if why else ""), mend)
