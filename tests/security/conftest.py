"""The world of the flow's tests is ours too."""

from tests.flows.conftest import world

__all__ = ["world"]
