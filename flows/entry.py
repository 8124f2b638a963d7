"""The entry point of the console script: holds signals before importing the command line, which takes 0.4 s."""

from flows.lifecycle.stop_signals import end_at_once, signals_held


def main() -> None:
    """Run the command line."""
    with signals_held():
        try:
            from flows.cli import main as run

            run()
        finally:
            end_at_once()
