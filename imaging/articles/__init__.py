"""Articles: how they are read, what they are known by, who owns a slug."""
