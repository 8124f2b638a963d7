"""Rows of the benchmark."""
