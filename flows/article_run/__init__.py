"""One article's way through a run: submission, fallbacks, web formats."""
