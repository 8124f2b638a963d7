"""Erasing a tenant or one of its articles: from the bucket with all versions, this machine, and Prefect."""
