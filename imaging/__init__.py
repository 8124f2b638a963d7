"""The pure heart: from an article to a plan, from bytes to a described picture. No Prefect, no network."""
