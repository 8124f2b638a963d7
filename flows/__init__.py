"""Flows and the command line."""
