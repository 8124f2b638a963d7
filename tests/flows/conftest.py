"""The small world that the flow is run in."""

from tests.world import _no_pauses, _nothing_goes_on, api, cli, painted, world

__all__ = ["_no_pauses", "_nothing_goes_on", "api", "cli", "painted", "world"]
