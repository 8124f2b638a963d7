"""Untrusted text made fit to be shown: on one line, without control characters, secrets and presigned addresses."""
