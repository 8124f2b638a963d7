"""The entry point of the console script: holds signals before importing the command line, which takes 0.4 s."""

import sys

from flows.lifecycle.stop_signals import signals_held_to_the_end

_NOT_ON_WINDOWS = (
    "article-images runs on Linux and macOS, since it locks files as they do. On Windows use it in WSL"
    " (https://learn.microsoft.com/windows/wsl/install), or the container image: docs/deploy.md"
)


def main() -> None:
    """Run the command line."""
    if sys.platform.startswith("win"):
        sys.exit(_NOT_ON_WINDOWS)
    with signals_held_to_the_end():
        from flows.cli import main as run

        run()
