"""Marking of AI-made pictures in XMP."""
