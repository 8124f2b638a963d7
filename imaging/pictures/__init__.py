"""Picture files: what they are, what they may hold, and their web formats."""
