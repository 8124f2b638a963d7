"""Output of a run: names, progress, artifacts, events, the gallery page, the manifest."""
