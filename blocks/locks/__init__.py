"""One run an article: the lock, its lease, and what the run that holds it has in flight."""
