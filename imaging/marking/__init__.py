"""Marks: an AI-made picture says what it is, in XMP."""
