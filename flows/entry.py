"""The entry point of the console script: holds signals before importing the command line, which takes 0.4 s."""

from flows.lifecycle.stop_signals import signals_held_to_the_end


def main() -> None:
    """Run the command line."""
    with signals_held_to_the_end():
        from flows.cli import main as run

        run()
