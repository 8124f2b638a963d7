"""Presentation of an image set: the gallery page, Prefect artifacts, public manifest, and share checks."""
