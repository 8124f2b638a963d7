"""Python, the packages and their pins, and what Pillow was built with."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from PIL import features

from blocks.doctor.finding import Finding, failure, warning, well
from blocks.doctor.scene import Scene

PRODUCT = "article-images"
# What goes wrong without a sign of where it comes from.
_WHY = {
    "prefect": "the product was tried with this version alone",
    "fastapi": "Prefect's server does not start with it",
    "sqlalchemy": "Prefect's scheduler fails with it, and scheduled runs are never created",
}


def check_packages(_scene: Scene) -> Iterator[Finding]:
    """Compare what is installed with the pins of the product's own package, and name each one that is off."""
    wrong = [finding for pin in _pins() if (finding := _off(pin))]
    yield from wrong
    if not wrong:
        yield well("packages", f"Python {platform.python_version()}, Prefect {version('prefect')}, all pins hold")


def check_pillow(_scene: Scene) -> Iterator[Finding]:
    """Look whether Pillow can set type and write the formats that the web wants."""
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
