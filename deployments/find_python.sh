#!/bin/sh
# Prints the path of a supported Python that can make environments: `find_python.sh`, or `find_python.sh 3.13` for that
# version alone. If $PYTHON is set, it is that or none; else python3 goes first, then the newest.
set -u
cd "$(dirname "$0")/.." || exit 1
range=$(sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)"$/\1 \2/p' pyproject.toml)
oldest=${range% *} above=${range#* } newest=$((${range#* } - 1))
check="import ensurepip, sys, venv; assert (3, $oldest) <= sys.version_info < (3, $above); print(sys.executable)"

try() { # a shim of pyenv runs the version that PYENV_VERSION names
    PYENV_VERSION=${2:-${PYENV_VERSION:-}} "$1" -c "$check" 2>/dev/null
}

if [ $# -gt 0 ]; then
    try "python$1" "$1" && exit
    echo "Python $1 with its module venv is not here" >&2
    exit 1
fi
if [ -n "${PYTHON:-}" ]; then
    try "$PYTHON" && exit
else
    try python3 && exit
    minor=$newest
    while [ "$minor" -ge "$oldest" ]; do
        try "python3.$minor" "3.$minor" && exit
        minor=$((minor - 1))
    done
fi
cat >&2 <<MESSAGE
Python 3.$oldest to 3.$newest with its module venv is needed. ${PYTHON:-python3} is: $("${PYTHON:-python3}" -V 2>&1 | head -n 1)
  Debian, Ubuntu  sudo apt-get install python3-venv
  Fedora          sudo dnf install python3
  macOS           brew install python
  another place   make PYTHON=/path/to/python3.$newest ...
MESSAGE
exit 2
