#!/bin/sh
# The image's entry point: `run -`, `plan ...` and the like are commands of article-images, all else is a program.
command -v -- "$1" >/dev/null 2>&1 || set -- article-images "$@"
[ -w "${HOME:-}" ] || export HOME="$IMAGES_DATA_DIR" # another user than the image's own: Prefect keeps its database at home
exec "$@"
