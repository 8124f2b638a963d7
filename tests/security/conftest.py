"""The world of the flow's tests is ours too."""

from tests.world import world

__all__ = ["world"]
