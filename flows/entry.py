"""Where the console script begins: signals are held before the command line, 0.4 s of imports, is loaded."""

from flows.lifecycle.stop_signals import end_at_once, signals_held


def main() -> None:
    """Run the command line."""
    with signals_held():
        try:
            from flows.cli import main as run

            run()
        finally:
            end_at_once()
