"""Logos: cleaned, opened, trimmed, and checked for being visible."""
