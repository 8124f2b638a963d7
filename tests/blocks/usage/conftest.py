"""Reports on a bucket that keeps old versions."""

from tests.blocks.versioned import bucket, services

__all__ = ["bucket", "services"]
