"""The process of a run: signals, heartbeats, and the manifest of a run that ends badly."""
