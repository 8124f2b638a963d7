"""The small world of the flow, in which tasks are tried too."""

from tests.world import _no_pauses, _nothing_goes_on, cli, painted, world

__all__ = ["_no_pauses", "_nothing_goes_on", "cli", "painted", "world"]
