#!/bin/sh
# Tries the supported Pythons that are here beside that of .venv: installs users' packages, imports every module with our own
# deprecation warnings as errors, and compares keys, digests and pictures with the pinned ones. `pythons.sh run` makes all
# pictures of an article too.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
uv=.venv/bin/uv
mine=$(.venv/bin/python -c 'import sys; print("3.%d" % sys.version_info[1])')
for version in 3.11 3.12 3.13 3.14; do
    [ "$version" != "$mine" ] || continue
    python=$(sh deployments/find_python.sh "$version" 2>"$scratch/why") || { echo "skipped: $(cat "$scratch/why")"; continue; }
    there=$scratch/$version/bin/python
    "$uv" venv --quiet --python "$python" "$scratch/$version"
    "$uv" pip install --quiet --python "$there" --no-deps --only-binary :all: --require-hashes -r requirements.lock
    "$uv" pip install --quiet --python "$there" --only-binary :all: -c requirements-dev.lock pytest pytest-timeout hypothesis
    "$uv" pip install --quiet --python "$there" --no-deps --no-build-isolation --editable .
    "$there" - <<'IMPORTS'
import importlib, pkgutil, warnings

warnings.filterwarnings("error", category=DeprecationWarning, module="(flows|tasks|blocks|imaging)[.]")
for floor in ("imaging", "blocks", "tasks", "flows"):
    for module in pkgutil.walk_packages(importlib.import_module(floor).__path__, f"{floor}."):
        importlib.import_module(module.name)
IMPORTS
    "$there" -m pytest -q -p no:cacheprovider tests/imaging/test_pinned.py tests/imaging/pictures/test_thumbhash.py
    if [ "${1:-}" = run ]; then
        (export PREFECT_HOME="$scratch/prefect-$version" IMAGES_DATA_DIR="$scratch/data-$version"
            "$scratch/$version/bin/article-images" run examples/laktoseintoleranz-und-laktase.md)
    fi
    echo "Python $version: well"
done
