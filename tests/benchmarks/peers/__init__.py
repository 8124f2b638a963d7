"""Peers of the benchmark: genblaze, and a plain script."""
