"""Old image addresses: found in texts, rewritten, and reported."""
