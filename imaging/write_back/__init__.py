"""An article's pictures in its own Markdown file: front matter in the dialect of its system, and the text."""
