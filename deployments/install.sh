#!/bin/sh
# Installs this package, and what a lock names, into .venv: `install.sh requirements.lock`, as `make` does. It does so once,
# until the lock or pyproject.toml changes. A .venv of a Python that is not supported, or not the wanted one, is made anew.
set -eu
cd "$(dirname "$0")/.."
lock=$1 marker=.venv/installed-$(basename "$1")

version_of() { # of a Python that is supported
    PYTHON=$1 sh deployments/find_python.sh >/dev/null 2>&1 && "$1" -c 'import sys; print(sys.version_info[:2])'
}

present=$(version_of .venv/bin/python || true)
if [ -n "$present" ] && { [ -z "${PYTHON:-}" ] || [ "$present" = "$(version_of "$PYTHON")" ]; }; then
    cat "$lock" pyproject.toml | cmp -s - "$marker" && exit
else
    python=$(sh deployments/find_python.sh)
    [ ! -e .venv ] || echo "The environment .venv is of another Python: it is made anew."
    rm -rf .venv
    "$python" -m venv .venv
fi
.venv/bin/python deployments/install.py "$lock"
cat "$lock" pyproject.toml >"$marker"
cat requirements.lock pyproject.toml >.venv/installed-requirements.lock # every lock has what is in this one
