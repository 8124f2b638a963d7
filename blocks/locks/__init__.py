"""Locks: one run at a time for each article, and the work that the run has in flight."""
