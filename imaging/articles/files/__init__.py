"""Articles as they are written in files: front matter of many systems, and what is no article."""
