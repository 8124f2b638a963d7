"""Parsing of Markdown, HTML and feed text into plain text."""
