"""What Prefect retries, caches and shows: thin wrappers with the policy in the decorator."""
