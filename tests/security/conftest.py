"""The world of the flow's tests is ours too, and one in which everything talks at DEBUG."""

from tests.security.talkative import written
from tests.world import world

__all__ = ["world", "written"]
