"""Tasks that make pictures, store them late, and make their web formats."""
