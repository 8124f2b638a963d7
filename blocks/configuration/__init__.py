"""Configuration: settings, Prefect variables and public URLs."""
