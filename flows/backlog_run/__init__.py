"""A backlog run: sources, shards, and the calls of the article flow."""
