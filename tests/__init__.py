"""All tests of the product, in folders like those of the code."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The repository."""
