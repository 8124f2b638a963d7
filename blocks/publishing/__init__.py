"""What a run shows: names, progress, artifacts, events, the gallery page, the manifest."""
