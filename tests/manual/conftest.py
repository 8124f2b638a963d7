"""What the README's commands are run with."""

from tests.world import _no_pauses, _nothing_goes_on, cli, painted

__all__ = ["_no_pauses", "_nothing_goes_on", "cli", "painted"]
