"""Articles: reading them, recognising them again, and which article owns a slug."""
