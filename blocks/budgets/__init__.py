"""Budgets and quotas of a run: how much is left, and which pictures have room."""
