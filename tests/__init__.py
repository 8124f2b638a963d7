"""All tests of the product, in folders like those of the code."""

from pathlib import Path

OURS = ("B2_", "REPLICATE_", "CHUTES_", "FAL_", "IMAGES_")
"""What the names of the product's variables begin with: no test hears of those that are set outside."""

ROOT = Path(__file__).parent.parent
"""The repository."""
