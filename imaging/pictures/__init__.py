"""Picture files: validating, cleaning, scaling, and web formats."""
