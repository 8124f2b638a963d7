"""The life of a run's process: signals, heartbeats, and what is written when a run ends badly."""
