"""Prefect tasks: thin functions with the policy for retries and caching in the decorator."""
