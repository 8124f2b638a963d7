"""A backlog's way: sources, shards, and the calls of the article flow."""
