"""Text as people and their programs write it, read as plain words."""
