"""All tests of the product, in folders like those of the code."""

from pathlib import Path

VENDORS_AND_BUCKET = ("B2_", "REPLICATE_", "CHUTES_", "FAL_")
"""What the names of the variables begin with that say where vendors and bucket are, and with which keys."""

OURS = (*VENDORS_AND_BUCKET, "IMAGES_")
"""What the names of the product's variables begin with: no test hears of those that are set outside."""

ROOT = Path(__file__).parent.parent
"""The repository."""
